"""The durable door's side of the tables: the public columns, and the statements of a caller.

Lives here: what a caller may write to `task_runs` and read of it, and of what became of its texts. The
worker's models hold the whole tables; a test keeps the two alike. Other languages write the same columns
(docs/contract.md).
"""

from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Float,
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

send_attempts: Final = Table(
    "send_attempts",
    task_runs.metadata,
    Column("attempt_sid", String(64), primary_key=True),
    Column("task_id", String(64)),
    Column("sent_at", Instant),
    Column("delivery_status", String(32)),
    Column("delivery_reason", String(32)),
    Column("error_code", Integer),
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
    written["deadline_at"] = now_plus(bindparam("deadline_seconds", type_=Float()))
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

DELIVERY_OF: Final = (
    select(
        send_attempts.c.delivery_status,
        send_attempts.c.delivery_reason,
        send_attempts.c.error_code,
    )
    .where(
        send_attempts.c.task_id == bindparam("task_id"),
        send_attempts.c.delivery_status.is_not(None),
    )
    .order_by(send_attempts.c.sent_at.desc())
    .limit(1)
)
"""How far the youngest text of a run has come, once that was looked at."""

STATE_OF_POLL: Final = {
    RunState.ACCEPTED: "queued",
    RunState.CALLING: "running",
    RunState.SETTLING: "running",
    RunState.WAITING: "retrying",
    RunState.AMBIGUOUS: "retrying",
    RunState.DONE: "done",
}
