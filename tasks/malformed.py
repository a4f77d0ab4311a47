"""Messages of the wrong shape: consumed once, told to whoever waits, never an update of a live run."""

from enum import StrEnum
from typing import Any, Final

import structlog

from models.refusals import ADD_REFUSED, DATABASE_TIME
from phone_verification.arguments import Arguments
from phone_verification.keys import Fingerprints, Label, canonical_json
from phone_verification.kinds import ErrorKind, Operation, Outcome
from tasks.outcomes import tell_refused
from tasks.reply import result_json
from tasks.run import Done, Reply, stored
from tasks.services import Services
from tasks.step import Finish

log: Final = structlog.get_logger()

REFUSED_HEADER: Final = "refused"
"""Where the transport marks a message that is answered and not run, with one of RefusedOption."""


class RefusedOption(StrEnum):
    """What a caller may ask of Celery and would not get here, as Celery names it in a message.

    A run has a deadline of its own, waits in its row, and goes on without the message that began it.
    """

    ETA = "eta"
    EXPIRES = "expires"
    CALLBACKS = "callbacks"
    ERRBACKS = "errbacks"
    CHAIN = "chain"
    CHORD = "chord"


def read_mark(mark: object) -> RefusedOption | None:
    """Read the transport's mark on a message; what a stranger wrote there is no mark."""
    return next((option for option in RefusedOption if option == mark), None)


def refuse(
    services: Services,
    operation: Operation,
    task_id: str,
    field: str,
    *,
    wants_result: bool,
    asked: Arguments | None = None,
) -> Reply:
    """Store `invalid_request` for a task id that nobody has used; return what is stored for it.

    With `asked`, what could be read all the same, the same message again is a repetition, and no conflict.
    """
    log.error("run.invalid_request", operation=operation.value, field=field, task_id=task_id)
    step = Finish(outcome=Outcome.FAILED, kind=ErrorKind.INVALID_REQUEST)
    with services.database.transaction() as connection:
        now = connection.execute(DATABASE_TIME).scalar_one()
        result: dict[str, Any] = result_json(task_id, operation, step, now)
        added = connection.execute(
            ADD_REFUSED[services.database.dialect],
            {
                "task_id": task_id,
                "operation": operation,
                "arguments_fingerprint": _fingerprint(services.fingerprints, field, asked),
                "wants_result": wants_result,
                "result": result,
                "finished_at": now,
            },
        ).one_or_none()
    if added is None:
        return stored(services, task_id)
    tell_refused(task_id, operation, step)
    return Done(result)


def _fingerprint(keys: Fingerprints, field: str, asked: Arguments | None) -> str:
    if asked is not None:
        return asked.fingerprint(keys)
    return keys.of(Label.ARGUMENTS, canonical_json({"invalid": field}))
