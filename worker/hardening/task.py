"""The base of our tasks: requests that mask, exceptions that quote nothing, arguments of any name."""

from typing import Any

from celery import Task
from celery.exceptions import MaxRetriesExceededError


class SilentMaxRetriesExceededError(MaxRetriesExceededError):
    """Too many retries; Celery's own text would show the arguments."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__("too many retries")


class MaskedTask(Task):
    """What every task of ours is made from."""

    Request = "worker.hardening.request:MaskedRequest"
    MaxRetriesExceededError = SilentMaxRetriesExceededError

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery's signature
        """Run with whatever names a caller chose: Celery's own call fails at one that is called `self`."""
        return self.run(*args, **kwargs)
