"""The endpoint that Prometheus scrapes: http://METRICS_HOST:METRICS_PORT/metrics.

Lives here: opening and closing it. It serves from daemon threads: it keeps no process from ending.
"""

from typing import Final

import structlog
from prometheus_client import ProcessCollector, disable_created_metrics, start_http_server
from prometheus_client.registry import Collector

from tasks.registry import REGISTRY
from worker.settings import MetricsSettings, SettingsError

log: Final = structlog.get_logger()


class MetricsEndpoint:
    """An open endpoint; raises SettingsError when it cannot listen where it is told to."""

    def __init__(self, settings: MetricsSettings, standing: Collector) -> None:
        host, port = settings.metrics_host, settings.metrics_port
        # A second series for each counter that says since when: Prometheus knows without it.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the client forgets one
        try:
            self._server, self._thread = start_http_server(port, addr=host, registry=REGISTRY)
        except OSError as error:
            raise SettingsError(
                "Cannot start: the settings need mending (.env.example lists them all).\n"
                f"  METRICS_PORT: cannot listen at {host}:{port} ({error.strerror or error})\n"
                "      every worker process of a host needs a port of its own"
            ) from error
        self._collectors = (ProcessCollector(registry=None), standing)
        for collector in self._collectors:
            REGISTRY.register(collector)
        log.info("metrics.served", host=host, port=port)

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
        for collector in self._collectors:
            REGISTRY.unregister(collector)
