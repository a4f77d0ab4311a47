"""What the client raises.

VerificationClientError
├── InvalidArgumentsError      the caller's mistake; `field` names where
├── IdempotencyConflictError   the task id belongs to another intent
├── NotAcceptedError           nobody knows whether the run was accepted: try again, same id
└── NotReadableError           the state could not be read now

No text here ever holds a number, a code or a database's own words.
"""


class VerificationClientError(Exception):
    """Any failure to hand over or to poll; `task_id` is the intent it was about, where known."""

    def __init__(self, message: str, *, task_id: str | None = None) -> None:
        super().__init__(message if task_id is None else f"{message} (task {task_id})")
        self.task_id = task_id


class InvalidArgumentsError(VerificationClientError):
    """The arguments do not fit the contract; nothing was accepted."""

    def __init__(self, *, field: str) -> None:
        super().__init__(f"argument does not fit the contract: {field}")
        self.field = field


class IdempotencyConflictError(VerificationClientError):
    """This task id was used for other arguments; one id is one intent."""

    def __init__(self, *, task_id: str) -> None:
        super().__init__("this task id was used for another intent", task_id=task_id)


class NotAcceptedError(VerificationClientError):
    """The database did not confirm; the same call with the same task id is safe."""

    def __init__(self, *, task_id: str) -> None:
        super().__init__("the database did not confirm; try again, same id", task_id=task_id)


class NotReadableError(VerificationClientError):
    """The database could not be asked about this task."""

    def __init__(self, *, task_id: str) -> None:
        super().__init__("the database could not be asked", task_id=task_id)
