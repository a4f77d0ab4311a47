"""The sweeper's thread: one pass every two seconds, in every worker, as long as the process lives."""

import threading
from typing import Any, Final

import structlog
from celery import bootsteps

from tasks.services import current
from tasks.sweep import sweep

log: Final = structlog.get_logger()


class Sweeper(bootsteps.StartStopStep):
    """Starts and stops with the worker; an error of one pass never ends the thread."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **_: Any) -> None:  # noqa: ANN401 - Celery's signature
        super().__init__(worker)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - Celery's signature
        """Begin to sweep."""
        self._thread.start()

    def stop(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - Celery's signature
        """Let the pass under way finish."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        services = current()
        while not self._stopping.wait(services.figures.sweep_interval_seconds):
            try:
                swept = sweep(services)
            except Exception as error:  # noqa: BLE001 - the database may be away; the next pass makes good
                log.warning("sweep.failed", error=type(error).__name__)
            else:
                if swept.lapsed or swept.ended or swept.rung:
                    log.info("sweep.done", lapsed=swept.lapsed, ended=swept.ended, rung=swept.rung)
