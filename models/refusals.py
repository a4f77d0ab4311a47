"""Statements for messages that never became a run: a refused one is stored as done at once."""

from typing import Any, Final

from sqlalchemy import Select, bindparam, null, select
from sqlalchemy.dialects import postgresql, sqlite

from models.task_run import TaskRun
from phone_verification.database_clock import now
from phone_verification.kinds import ErrorKind, Outcome, RunState

DATABASE_TIME: Final[Select[Any]] = select(now())
"""The database's time."""

_GIVEN: Final = (
    "task_id",
    "operation",
    "arguments_fingerprint",
    "wants_result",
    "result",
    "finished_at",
)


def _add(insert: Any) -> Any:  # noqa: ANN401 - the dialects' inserts share no base
    columns = TaskRun.__table__.c
    return (
        insert(TaskRun)
        .values(
            {
                **{name: bindparam(name, type_=columns[name].type) for name in _GIVEN},
                "state": RunState.DONE,
                "outcome": Outcome.FAILED,
                "error_kind": ErrorKind.INVALID_REQUEST,
                "deadline_at": now(),
                "ring_at": null(),
            }
        )
        .on_conflict_do_nothing(index_elements=["task_id"])
        .returning(TaskRun.task_id)
    )


ADD_REFUSED: Final = {"postgresql": _add(postgresql.insert), "sqlite": _add(sqlite.insert)}
"""Store `invalid_request`; no row when the id is taken: its run stays as it is."""
