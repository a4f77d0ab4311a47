"""Alarms that ring later: a run that waits is rung for by this process when its time has come.

Lives here: one thread and a heap of task ids. A Celery countdown would do the same from a message that
is delivered at once and held unacknowledged: it grows the prefetch, is delivered again when it outlives
the visibility timeout, and its early delivery hides RETRY in Flower. An alarm that dies with its process
is the sweeper's to make good.
"""

import heapq
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Final

import structlog

log: Final = structlog.get_logger()


class AlarmClock:
    """Calls what it was given, in order of time; a call that fails is dropped."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def set(self, seconds: float, ring: Callable[[], None]) -> None:
        """Ring after some seconds."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), ring))
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="alarm-clock", daemon=True)
                thread.start()
                self._thread = thread
            self._changed.notify()

    def _run(self) -> None:
        while True:
            ring = self._next()
            try:
                ring()
            except Exception as error:  # noqa: BLE001 - whatever the broker's client raises
                log.warning("alarm.lost", error=type(error).__name__)

    def _next(self) -> Callable[[], None]:
        """Wait for the first alarm's time."""
        with self._changed:
            while True:
                left = self._due[0][0] - time.monotonic() if self._due else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(left)
