"""The step of a worker that opens its metrics, before the pool exists, and closes them last of all.

Lives here: when. A command (`python -m worker sweep`) has no such step, so that only workers are counted.
"""

from typing import Any, Final

from celery import bootsteps

from tasks.services import current
from worker.metrics.backlog import BacklogLook
from worker.metrics.endpoint import MetricsEndpoint
from worker.metrics.standing import Standing
from worker.settings import MetricsSettings, SettingsError, read_settings
from worker.startup import Startup

_PREFORK: Final = "celery.concurrency.prefork"


class Metrics(bootsteps.StartStopStep):
    """Serves what this process counts, where METRICS_PORT says so."""

    requires = (Startup,)

    def __init__(self, worker: Any, **_: Any) -> None:  # noqa: ANN401 - Celery's signature
        super().__init__(worker)
        self._backlog = BacklogLook()
        self._endpoint: MetricsEndpoint | None = None
        settings = read_settings(MetricsSettings)
        if settings.metrics_port:
            refuse_processes(worker.pool_cls)
            self._endpoint = MetricsEndpoint(settings, Standing(current, self._backlog))

    def start(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - Celery's signature
        """Begin to look at the backlog."""
        if self._endpoint is not None:
            self._backlog.start(current)

    def stop(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - Celery's signature
        """Close the endpoint: steps stop in reverse, so the last runs were told."""
        self._backlog.stop()
        if self._endpoint is not None:
            self._endpoint.close()


def refuse_processes(pool: type) -> None:
    """Raise SettingsError where each child would count for itself, and nobody would see it."""
    if pool.__module__ == _PREFORK:
        raise SettingsError(
            "Cannot start: in a pool of processes each counts for itself and METRICS_PORT would show "
            "none of it; use --pool=threads, or leave METRICS_PORT out."
        )
