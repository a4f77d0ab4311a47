"""What is still found by which key: needed before a key of HMAC_KEYS may be dropped.

Lives here: look-ups for an operator, never for a run. A row counts as made under the key of its
`phone_fingerprint`: its other fingerprints were made with it, or matter for minutes only. That column
leads an index, which is read instead of the table: 0.4 s for a million rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, case, func, select, text

from models.database import Database
from models.task_run import TaskRun
from models.verification import Verification
from phone_verification.database_clock import now, seconds_between
from phone_verification.keys import key_id_of
from phone_verification.kinds import Operation, RunState

TABLES: Final = (TaskRun, Verification)

_PATIENCE: Final = text("SET LOCAL statement_timeout = '300s'")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUsage:
    """How many rows of a table are under a key, and when the youngest was made."""

    key_id: str
    table: str
    rows: int
    youngest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSends:
    """Texts that have not ended, codes or not, and in how many seconds the last reaches its deadline."""

    count: int
    last_ends_in_seconds: float


OPEN_SENDS: Final = select(
    func.count().label("sends"),
    func.max(seconds_between(TaskRun.deadline_at, now())).label("last_ends_in_seconds"),
).where(
    TaskRun.operation.in_([operation for operation in Operation if operation.is_sending]),
    TaskRun.state != RunState.DONE,
    TaskRun.phone_fingerprint.is_not(None),
)
"""A row keeps the fingerprint of its acceptance: whatever has not ended may still take the lock by it."""


def open_sends(database: Database) -> OpenSends:
    """Count the sends that may still ask for a text."""
    with database.transaction() as connection:
        row = connection.execute(OPEN_SENDS).one()
    return OpenSends(count=row.sends, last_ends_in_seconds=max(row.last_ends_in_seconds or 0, 0))


def usage_of_keys(database: Database, key_ids: Iterable[str]) -> list[KeyUsage]:
    """Count the rows under each of these keys that has any, and under one more where there are others."""
    known = list(key_ids)
    with database.transaction() as connection:
        if database.dialect == "postgresql":
            connection.execute(_PATIENCE)
        return [usage for table in TABLES for usage in _of_table(connection, table, known)]


def _of_table(connection: Connection, table: type[Any], known: list[str]) -> Iterator[KeyUsage]:
    for row in connection.execute(_by_key(table, known)):
        yield KeyUsage(
            key_id=key_id_of(row.example),
            table=table.__tablename__,
            rows=row.rows,
            youngest_at=row.youngest_at,
        )


def _by_key(table: type[Any], known: list[str]) -> Select[Any]:
    fingerprint = table.phone_fingerprint
    # Not LIKE, which tells k1 from K1 on one database and not on the other.
    whens = [(func.substr(fingerprint, 1, len(key_id) + 1) == f"{key_id}:", key_id) for key_id in known]
    key = case(*whens, else_=None)
    return (
        select(
            func.min(fingerprint).label("example"),
            func.count().label("rows"),
            func.max(table.created_at).label("youngest_at"),
        )
        .where(fingerprint.is_not(None))
        .group_by(key)
    )
