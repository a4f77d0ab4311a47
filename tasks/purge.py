"""The purge: whole rows go when they are older than the retention.

Lives here: batches, each a short transaction of its own, with a rest between two of them that is as long
as the batch was. Nothing here waits for a row that another holds, and no claim waits for a batch.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Connection, Select

from models.database import Database
from models.retention import BEFORE, KEPT, Kept
from tasks.services import Services

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
# SQLite compares stamps as texts, and those that it wrote itself end with the millisecond.
_STAMP: Final = timedelta(milliseconds=1)

Rest = Callable[[float], object]
"""Waits for some seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A bounded piece of the purge: what it removed, by table, and whether more is left to do."""

    removed: Counter[str]
    is_more: bool


def old_before(database: Database, retention_days: int) -> datetime:
    """Return the moment before which rows are old, by the database's clock."""
    seconds = timedelta(days=retention_days).total_seconds()
    row = database.one(BEFORE, {"retention_seconds": seconds})
    if row is None:
        raise RuntimeError("the database has no clock")
    return cast("datetime", row[0])


def purge_piece(services: Services) -> Piece:
    """Remove a few batches of each table; a process that stops ends it after the batch in hand."""
    figures, stopping = services.figures, services.stopping
    before = old_before(services.database, services.retention_days)
    removed: Counter[str] = Counter()
    is_more = False
    for kept in KEPT:
        batches = remove_old(services.database, kept, before, rows=figures.purge_rows, rest=stopping.wait)
        for number, batch in enumerate(batches, start=1):
            removed.update(batch)
            if number == figures.purge_batches or stopping.is_set():
                is_more = True
                break
    return Piece(removed=removed, is_more=is_more)


def remove_old(
    database: Database, kept: Kept, before: datetime, *, rows: int, rest: Rest = time.sleep
) -> Iterator[Mapping[str, int]]:
    """Remove batch after batch until nothing old is left; each yields how many rows of each table."""
    since = _BEGINNING
    while True:
        began = time.monotonic()
        with database.transaction() as connection:
            old = connection.execute(kept.old, {"since": since, "before": before, "limit": rows}).all()
            removed = _delete(connection, kept, [row.id for row in old]) if old else {}
        yield removed
        if len(old) < rows:
            return
        since = old[-1].stamp - _STAMP
        rest(time.monotonic() - began)


def _delete(connection: Connection, kept: Kept, ids: list[object]) -> dict[str, int]:
    return {
        table: connection.execute(statement, {"ids": ids}).rowcount
        for table, statement in kept.deletes.items()
    }


def count_old(database: Database, before: datetime) -> Counter[str]:
    """Count what would be removed, by table."""
    statements = {table: count for kept in KEPT for table, count in kept.counts.items()}
    return Counter({table: _look(database, count, before=before) for table, count in statements.items()})


def oldest_left(database: Database) -> dict[str, datetime | None]:
    """Return each table's oldest stamp; None where it is empty."""
    statements = {table: oldest for kept in KEPT for table, oldest in kept.oldest.items()}
    return {table: _look(database, oldest) for table, oldest in statements.items()}


def _look(database: Database, statement: Select[Any], **names: datetime) -> Any:  # noqa: ANN401 - as selected
    with database.long_look() as connection:
        return connection.execute(statement, names).scalar()
