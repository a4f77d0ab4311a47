"""Forgetting one person: every row about a number goes, and what Celery keeps of its runs.

Lives here: the order. Runs that somebody may still write to are waited for; then results, runs and
verifications go in batches, and what came in meanwhile is waited for and removed likewise.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Delete, Select

from models.database import Database
from models.person import DELETE_RUNS, DELETE_VERIFICATIONS, GOING_ON, HELD, OVER, VERIFICATIONS
from tasks.figures import Figures

_STORING_SECONDS: Final = 5.0
"""So long a worker may try to store a result that is in the table already: worker/hardening."""

_PAUSE_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOn:
    """How many runs of the number are waited for, and for how many seconds at most."""

    runs: int
    left_seconds: float


def held(database: Database, phones: Sequence[str]) -> Counter[str]:
    """Count the rows about a number, given by its fingerprints under all keys, by table."""
    with database.long_look() as connection:
        names = {"phone_fingerprints": phones}
        return Counter(
            {table: connection.execute(count, names).scalar_one() for table, count in HELD.items()}
        )


def forget(
    database: Database,
    phones: Sequence[str],
    figures: Figures,
    *,
    erase_results: Callable[[Sequence[str]], None],
    tell: Callable[[GoingOn], None],
) -> Counter[str]:
    """Remove every row about a number; return how many, by table.

    `erase_results` is given the task ids whose results go, before their rows do: repeating a `forget` that
    was interrupted must find them again. `tell` hears what is waited for.
    """
    removed: Counter[str] = Counter(dict.fromkeys(HELD, 0))
    names = {"phone_fingerprints": phones, **_patience(figures)}
    while True:
        waited_for = _going_on(database, names)
        if not waited_for.runs:
            removed.update(_remove(database, OVER, DELETE_RUNS, names, figures, erase_results))
            removed.update(_remove(database, VERIFICATIONS, DELETE_VERIFICATIONS, names, figures))
            if not held(database, phones).total():
                return removed
        tell(waited_for)
        time.sleep(_PAUSE_SECONDS)


def _patience(figures: Figures) -> dict[str, float]:
    return {"grace_seconds": figures.forget_grace_seconds, "storing_seconds": _STORING_SECONDS}


def _going_on(database: Database, names: Mapping[str, Any]) -> GoingOn:
    row = database.one(GOING_ON, names)
    if row is None or row.runs == 0:
        return GoingOn(runs=0, left_seconds=0)
    return GoingOn(runs=row.runs, left_seconds=row.left_seconds)


def _remove(
    database: Database,
    batch: Select[Any],
    deletes: Mapping[str, Delete],
    names: Mapping[str, Any],
    figures: Figures,
    first: Callable[[Sequence[str]], None] | None = None,
) -> Counter[str]:
    """Remove batch after batch, each in a transaction of its own, until none is left."""
    removed: Counter[str] = Counter()
    while True:
        with database.transaction() as connection:
            ids = [row[0] for row in connection.execute(batch, {**names, "limit": figures.purge_rows})]
        if not ids:
            return removed
        if first is not None:
            first(ids)
        with database.transaction() as connection:
            for table, statement in deletes.items():
                removed[table] += connection.execute(statement, {"ids": ids}).rowcount
