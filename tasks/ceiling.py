"""The ceiling: how many sends everybody together may make in an hour.

Lives here: one process' count of all, taken from the database and counted on from there. Counting a
million rows for each send would cost more than sending, so a count is trusted for a while: for as long as
a thousand sends a second would need to come near the ceiling, and for long enough that counting takes a
tenth of a processor at most.
"""

import threading
import time
from typing import Final

from models.database import Database
from models.history import SENDS_OF_ALL
from tasks.guard import Objection
from tasks.rules import Limit

_FASTEST_SENDS_A_SECOND: Final = 1_000
_NEAR: Final = 100
_FREELY_COUNTED: Final = 1_000
_ROWS_COUNTED_A_SECOND: Final = 100_000


class Ceiling:
    """Counts the sends of all; safe to share between threads."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._sends = 0
        self._wait_seconds = 0.0
        self._trusted_until = 0.0
        self._lock = threading.Lock()

    def objection(self, database: Database, task_id: str) -> Objection | None:
        """Say whether this send is one too many; if not, it is counted."""
        most = self._limit.most
        if not most:
            return None
        with self._lock:
            if time.monotonic() >= self._trusted_until:
                self._count(database, task_id)
            if self._sends < most:
                self._sends += 1
                return None
            inputs = {"counted": self._sends, "most": most, "window_seconds": self._limit.window_seconds}
            return Objection(rule=self._limit.rule, wait_seconds=self._wait_seconds, inputs=inputs)

    def _count(self, database: Database, task_id: str) -> None:
        most, window = self._limit.most, self._limit.window_seconds
        names = {"run": task_id, "window_seconds": window, "most": most}
        counted = database.one(SENDS_OF_ALL, names)
        self._sends, oldest = (counted.sends, counted.oldest_age_seconds) if counted else (0, None)
        self._wait_seconds = max(window - (oldest or 0), 1)
        self._trusted_until = time.monotonic() + trusted_seconds(self._sends, most)


def trusted_seconds(sends: int, most: int) -> float:
    """Say for how long a count needs no look; near a ceiling that is cheap to count, not at all."""
    until_near = (most - sends - _NEAR) / _FASTEST_SENDS_A_SECOND
    cost = sends / _ROWS_COUNTED_A_SECOND if sends > _FREELY_COUNTED else 0
    return max(until_near, cost, 0)
