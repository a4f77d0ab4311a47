"""Messages of the wrong shape: consumed once, told to whoever waits, never an update of a live run."""

from typing import Any, Final

import structlog

from models.refusals import ADD_REFUSED, DATABASE_TIME
from phone_verification.keys import Label, canonical_json
from phone_verification.kinds import ErrorKind, Operation, Outcome
from tasks.reply import result_json
from tasks.run import Done, Reply, stored
from tasks.services import Services
from tasks.step import Finish

log: Final = structlog.get_logger()


def refuse(
    services: Services, operation: Operation, task_id: str, field: str, *, wants_result: bool
) -> Reply:
    """Store `invalid_request` for a task id that nobody has used; return what is stored for it."""
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
                "arguments_fingerprint": services.fingerprints.newest(
                    Label.ARGUMENTS, canonical_json({"invalid": field})
                ),
                "wants_result": wants_result,
                "result": result,
                "finished_at": now,
            },
        ).one_or_none()
    return stored(services, task_id) if added is None else Done(result)
