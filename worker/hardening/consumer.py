"""Messages that are no tasks: dropped and counted, their bodies never logged; no message ends the worker.

Celery's own handlers print up to 1,024 characters of the body, and it catches three kinds of errors only: any
other that handling a message raises ends the worker. https://github.com/celery/celery/issues/7975

Chosen by the setting `worker_consumer`. The second line of defence: the first is transport.py.
"""

import logging
from collections.abc import Callable
from typing import Any, Final

import structlog
from celery.worker.consumer import Consumer

from worker.hardening.channel import GuardedQoS
from worker.hardening.dropped import tell_dropped

log: Final = structlog.get_logger()

# What kombu writes to when a message cannot be given back; it formats as the standard library does.
_kombu_log: Final = logging.getLogger(__name__)


_EVENTS_SECONDS: Final = 0.1
"""Flower hears of a task this much later, and of up to 24 events in one message."""


class MaskedConsumer(Consumer):
    """Says that a message was malformed, never what it said, and outlives it.

    Events leave together: Celery's own flushes whenever its loop turns, which is once an event.
    """

    def register_with_event_loop(self, hub: Any) -> None:  # noqa: ANN401 - Celery's
        """Join the loop; it cancels its timers itself when a connection is lost."""
        super().register_with_event_loop(hub)
        hub.call_repeatedly(_EVENTS_SECONDS, self._flush_events)

    def on_send_event_buffered(self) -> Any:  # noqa: ANN401 - the stubs have it return something
        """Leave an event to the next flush."""

    def call_soon_ack(self, p: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery's signature
        """Let go of a message in the thread that ran it; the loop is woken only where it waits for room.

        kombu's books are made for that, and Redis hears of it later anyway (channel.py). A message of a
        connection that was lost waits for the loop, which runs again when there is another.
        """
        if p.__name__ == "ack_log_error":
            qos = p.__self__.channel.qos
            if isinstance(qos, GuardedQoS) and qos.is_told_later() and qos.can_consume():
                p(*args, **kwargs)
                return p
        return super().call_soon_ack(p, *args, **kwargs)

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:  # noqa: ANN401 - Celery's
        """Make what receives a message; an error of a connection still means to reconnect."""
        handle = super().create_task_handler(*args, **kwargs)

        def outlive(message: Any) -> None:  # noqa: ANN401
            try:
                handle(message)
            except Exception as error:
                # kombu counts KeyError among the errors of a connection, and a message could then make the
                # worker reconnect for ever.
                if isinstance(error, self.connection_errors) and not isinstance(error, KeyError):
                    raise
                self._put_aside(message, error)

        return outlive

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
        tell_dropped("undecodable", error=type(exc).__name__)
        message.ack()

    def _put_aside(self, message: Any, error: Exception) -> None:  # noqa: ANN401
        """Put a message back that could not be handled; drop it when it had come back before."""
        if message.acknowledged:
            log.error("message.unhandled", error=type(error).__name__, exc_info=error)
        elif message.delivery_info.get("redelivered"):
            self._drop(message, "unhandled", error=type(error).__name__)
        else:
            log.error("message.put_back", error=type(error).__name__, exc_info=error)
            message.reject_log_error(_kombu_log, self.connection_errors, requeue=True)

    def _drop(self, message: Any, why: str, **facts: str) -> None:  # noqa: ANN401
        tell_dropped(why, **facts)
        message.reject_log_error(_kombu_log, self.connection_errors)
