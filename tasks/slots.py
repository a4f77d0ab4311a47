"""Slots: how many sends one process has under way at once.

Lives here: a counter, and since when it has been full. A send that finds it full waits in the database, not
in a thread, so that checks find a thread although every send hangs. One send is always allowed: with a
concurrency of 1 a hanging send keeps every check waiting, and nothing here can help.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from phone_verification.kinds import Operation

# Under load a slot that gets free is taken again within milliseconds; free for longer, the crowd is over.
_BREATH_SECONDS: Final = 0.05


class SendSlots:
    """Counts sends up to a share of the threads; safe to share between them."""

    def __init__(self, *, threads: int, percent: int) -> None:
        self.most: Final = max(threads * percent // 100, 1)
        self._taken = 0
        self._full_since = 0.0
        self._freed_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How many sends are under way."""
        return self._taken

    @contextmanager
    def of(self, operation: Operation) -> Iterator[float | None]:
        """Hold a slot while the block runs, or yield for how many seconds there has been none.

        A check needs no slot.
        """
        if not operation.is_sending:
            yield None
            return
        full_for_seconds = self.take(time.monotonic())
        try:
            yield full_for_seconds
        finally:
            if full_for_seconds is None:
                self.give_back(time.monotonic())

    def take(self, now: float) -> float | None:
        """Take a slot, at a monotonic time; or return for how many seconds there has been none."""
        with self._lock:
            if self._taken == self.most:
                return now - self._full_since
            self._taken += 1
            if self._taken == self.most and now - self._freed_at > _BREATH_SECONDS:
                self._full_since = now
            return None

    def give_back(self, now: float) -> None:
        """Free a slot."""
        with self._lock:
            if self._taken == self.most:
                self._freed_at = now
            self._taken -= 1
