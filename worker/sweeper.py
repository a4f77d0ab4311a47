"""The sweeper's threads: passes every few seconds, in every worker, as long as the process lives.

Lives here: four loops, because what ends a run must wait neither for a broker that is slow to take an
alarm, nor for old rows to be removed, nor for Twilio.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import structlog
from celery import bootsteps

from tasks.deliveries import look_at_deliveries
from tasks.figures import Figures
from tasks.metrics import count_pass, count_swept
from tasks.services import Services, current
from tasks.sweep import Alarm, end_due, ring_due
from tasks.upkeep import Upkeep

log: Final = structlog.get_logger()


class Sweeper(bootsteps.StartStopStep):
    """Starts and stops with the worker; an error of one pass never ends a thread."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **_: Any) -> None:  # noqa: ANN401 - Celery's signature
        super().__init__(worker)
        self._stopping = threading.Event()
        self._owed: deque[Alarm] = deque()
        self._threads = [
            self._thread("sweeper", self._end, lambda figures: figures.sweep_interval_seconds),
            self._thread("ringer", self._ring, lambda figures: figures.sweep_interval_seconds),
            self._thread("upkeep", Upkeep(), lambda figures: figures.erase_interval_seconds),
            self._thread("deliveries", _look, lambda figures: figures.delivery_looks_pause_seconds),
        ]

    def start(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - Celery's signature
        """Begin to sweep."""
        for thread in self._threads:
            thread.start()

    def stop(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - Celery's signature
        """Let the passes under way finish."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=5)

    def _thread(
        self, name: str, one_pass: Callable[[Services], None], pause: Callable[[Figures], float]
    ) -> threading.Thread:
        return threading.Thread(target=self._run, args=(one_pass, pause), name=name, daemon=True)

    def _run(self, one_pass: Callable[[Services], None], pause: Callable[[Figures], float]) -> None:
        services = current()
        while not self._stopping.wait(pause(services.figures)):
            try:
                one_pass(services)
                count_pass(threading.current_thread().name, is_ok=True)
            except Exception as error:  # noqa: BLE001 - the database may be away; the next pass makes good
                log.warning("sweep.failed", error=type(error).__name__)
                count_pass(threading.current_thread().name, is_ok=False)

    def _end(self, services: Services) -> None:
        done = end_due(services)
        self._owed.extend(done.alarms)
        count_swept(lapsed=done.lapsed, ended=done.ended)
        if done.lapsed or done.ended:
            log.info("sweep.ended", lapsed=done.lapsed, ended=done.ended)

    def _ring(self, services: Services) -> None:
        owed = [self._owed.popleft() for _ in range(len(self._owed))]
        rung = ring_due(services, owed)
        count_swept(rung=rung)
        if rung:
            log.info("sweep.rung", rung=rung)


def _look(services: Services) -> None:
    if services.follows_deliveries:
        look_at_deliveries(services)
