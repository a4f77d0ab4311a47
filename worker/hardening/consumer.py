"""Messages that are no tasks: dropped and counted, their bodies never logged.

Celery's own handlers print up to 1,024 characters of the body.
"""

from typing import Any, Final

import structlog
from celery.worker.consumer import Consumer

log: Final = structlog.get_logger()


class MaskedConsumer(Consumer):
    """Says that a message was malformed, never what it said."""

    def on_unknown_message(self, body: Any, message: Any) -> None:  # noqa: ANN401, ARG002 - Celery's
        """Drop what is no task message."""
        self._drop(message, "unknown message")

    def on_unknown_task(self, body: Any, message: Any, exc: Any) -> None:  # noqa: ANN401, ARG002
        """Drop a task that is not ours."""
        self._drop(message, "unknown task")

    def on_invalid_task(self, body: Any, message: Any, exc: Any) -> None:  # noqa: ANN401, ARG002
        """Drop a task whose envelope is malformed."""
        self._drop(message, "malformed task")

    def on_decode_error(self, message: Any, exc: Any) -> None:  # noqa: ANN401
        """Drop what cannot be decoded."""
        log.error("message.dropped", why="undecodable", error=type(exc).__name__)
        message.ack()

    def _drop(self, message: Any, why: str) -> None:  # noqa: ANN401
        log.error("message.dropped", why=why)
        message.reject_log_error(log, self.connection_errors)
