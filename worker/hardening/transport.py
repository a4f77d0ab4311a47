"""The way from Redis to the worker: bad items never become messages, and a lost Redis never ends it.

Lives here: subclasses of kombu's Redis transport, chosen by worker/hardening/connection.py.

What was found in kombu 5.7.0 and Celery 5.7.0, and tried; more is in channel.py:
- An item that is not JSON, or whose envelope has another shape than kombu's own, raises in the event loop:
  the worker exits, or reconnects for ever, or restores the item and meets it again at its next start.
  Celery catches three kinds of errors only. https://github.com/celery/celery/issues/7975
"""

import time
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from kombu.transport.redis import Transport
from redis.exceptions import ResponseError

from phone_verification.queues import QUEUES
from worker.hardening.channel import GuardedChannel
from worker.hardening.dropped import tell_dropped
from worker.hardening.envelope import Envelope, read_envelope
from worker.hardening.events import EVENT_QUEUES, masked_events
from worker.hardening.flaws import carrier_flaw

log: Final = structlog.get_logger()

_ACKNOWLEDGE_SECONDS: Final = 0.05
_REFUSED_SECONDS: Final = 5.0
_TELL_AGAIN_SECONDS: Final = 1.0


class GuardedTransport(Transport):
    """A transport that delivers well-formed messages and drops the rest, before they are noted anywhere."""

    Channel = GuardedChannel
    is_in_loop = False
    _acknowledges_from = 0.0

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:  # noqa: ANN401 - kombu's signature
        """Join the loop, which acknowledges from now on; Celery cancels its timers with the connection."""
        super().register_with_event_loop(connection, _Joined(loop))
        self.is_in_loop = True
        loop.call_repeatedly(_ACKNOWLEDGE_SECONDS, self._acknowledge)

    def _acknowledge(self) -> None:
        """Acknowledge on every channel; a Redis that may not be written to is asked again seconds later."""
        if time.monotonic() < self._acknowledges_from:
            return
        for channel in self.channels or ():
            try:
                channel.qos.acknowledge()
            except ResponseError as error:
                log.warning("message.not_acknowledged", error=type(error).__name__)
                self._acknowledges_from = time.monotonic() + _REFUSED_SECONDS

    def _deliver(self, message: object, queue: str | None) -> None:
        if queue is not None and queue in QUEUES.values():
            read = read_envelope(message, datetime.now(UTC))
            if isinstance(read, Envelope):
                super()._deliver(read.message(queue), queue)
            else:
                tell_dropped(read)
            return
        flaw = carrier_flaw(message)
        if flaw is not None:
            tell_dropped(flaw)
        elif queue is not None and queue.startswith(EVENT_QUEUES):
            self._deliver_events(message, queue)
        else:
            super()._deliver(message, queue)

    def _deliver_events(self, message: Any, queue: str) -> None:  # noqa: ANN401 - a mapping, as was judged
        masked = masked_events(message)
        if masked is None:
            tell_dropped("unreadable event")
        else:
            super()._deliver(masked, queue)


class _Joined:
    """A loop that is not told again and again to watch what it watches.

    kombu tells it in each turn, which is two system calls for nothing; once a second is enough should a
    socket have been replaced behind its back.
    """

    def __init__(self, loop: Any) -> None:  # noqa: ANN401 - kombu's Hub
        self._loop = loop
        self._told: dict[int, float] = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a loop has
        return getattr(self._loop, name)

    def add_reader(self, fd: int, *callback: Any) -> None:  # noqa: ANN401 - kombu's signature
        """Watch a socket; at once where it is not watched."""
        now = time.monotonic()
        if fd not in self._loop.readers or now - self._told.get(fd, 0) > _TELL_AGAIN_SECONDS:
            self._told[fd] = now
            self._loop.add_reader(fd, *callback)
