"""The durable door's side of the table `task_runs`: the public columns and two statements.

Lives here: what a caller may write and read. The worker's models hold the whole table; a test keeps
the two alike. Other languages write the same columns (docs/contract.md).
"""

from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from phone_verification.database_clock import Instant, now_plus, seconds_until
from phone_verification.kinds import RunState

task_runs: Final = Table(
    "task_runs",
    MetaData(),
    Column("task_id", String(64), primary_key=True),
    Column("operation", String(32)),
    Column("version", Integer),
    Column("channel", String(32)),
    Column("country", String(2)),
    Column("phone_masked", String(24)),
    Column("phone_fingerprint", String(96)),
    Column("client_ref_hmac", String(96)),
    Column("code_hmac", String(96)),
    Column("arguments_fingerprint", String(96)),
    Column("verification_id", String(64)),
    Column("sealed_arguments", Text),
    Column("wants_result", Boolean),
    Column("deadline_at", Instant),
    Column("state", String(32)),
    Column("not_before", Instant),
    Column("result", JSON),
)

WRITTEN: Final = (
    "task_id",
    "operation",
    "version",
    "channel",
    "country",
    "phone_masked",
    "phone_fingerprint",
    "client_ref_hmac",
    "code_hmac",
    "arguments_fingerprint",
    "verification_id",
    "sealed_arguments",
    "wants_result",
)
"""The public columns that an acceptance fills, besides the deadline."""


def _accept(insert: Any) -> Any:  # noqa: ANN401 - the two dialects' inserts share no base with this method
    written: dict[str, ColumnElement[Any]] = {
        name: bindparam(name, type_=task_runs.c[name].type) for name in WRITTEN
    }
    written["deadline_at"] = now_plus(bindparam("deadline_seconds"))
    return (
        insert(task_runs)
        .values(written)
        .on_conflict_do_nothing(index_elements=["task_id"])
        .returning(task_runs.c.task_id)
    )


ACCEPT: Final = {
    "postgresql": _accept(postgresql.insert),
    "sqlite": _accept(sqlite.insert),
}

FINGERPRINT_OF: Final = select(task_runs.c.arguments_fingerprint).where(
    task_runs.c.task_id == bindparam("task_id")
)

STATUS_OF: Final = select(
    task_runs.c.state,
    task_runs.c.result,
    seconds_until(task_runs.c.not_before).label("wait_seconds"),
).where(task_runs.c.task_id == bindparam("task_id"))

STATE_OF_POLL: Final = {
    RunState.ACCEPTED: "queued",
    RunState.CALLING: "running",
    RunState.SETTLING: "running",
    RunState.WAITING: "retrying",
    RunState.AMBIGUOUS: "retrying",
    RunState.DONE: "done",
}
