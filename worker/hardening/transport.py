"""The way from Redis to the worker: bad items never become messages, and a lost Redis never ends it.

Lives here: subclasses of kombu's Redis transport, chosen by worker/hardening/connection.py.

What was found in kombu 5.7.0 and Celery 5.7.0, each tried:
- An item that is not JSON, or whose envelope has another shape than kombu's own, raises in the event loop:
  the worker exits, or reconnects for ever, or restores the item and meets it again at its next start.
  Celery catches three kinds of errors only. https://github.com/celery/celery/issues/7975
- When Redis dies under a worker with a message in hand and a BRPOP under way, closing the channel a second
  time asks a connection that is already gone for its host: AttributeError, and the worker exits. Not
  reported; related: https://github.com/celery/kombu/issues/582, https://github.com/celery/kombu/issues/970
- A Redis that is full still hands out a message, and then refuses to note it: the worker exits, and the
  message is lost. https://github.com/celery/celery/issues/5716
"""

import time
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import structlog
from kombu.transport import virtual
from kombu.transport.redis import Channel, QoS, Transport
from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import loads
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from phone_verification.queues import QUEUES
from worker.hardening.dropped import tell_dropped
from worker.hardening.envelope import Envelope, read_envelope
from worker.hardening.events import EVENT_QUEUES, masked_events
from worker.hardening.flaws import carrier_flaw
from worker.hardening.redis_socket import KernelTimedConnection

log: Final = structlog.get_logger()

_UNREADABLE: Final = b"null"
_ACKNOWLEDGE_SECONDS: Final = 0.05
_REFUSED_SECONDS: Final = 5.0
_TELL_AGAIN_SECONDS: Final = 1.0

# A queue's key and an item; nothing when BRPOP's time was over.
Popped = tuple[bytes, bytes] | None


class GuardedQoS(QoS):
    """What is in hand; a message is worked on even if Redis is too full to note that it is.

    Acknowledgements leave together, a moment later: a worker that is killed meanwhile has its message
    delivered again, as one that is killed a moment earlier, and a run that is over says so. What could not be
    told on a connection that was lost is told on the next one: a process has one broker.
    """

    done: ClassVar[list[str]] = []
    is_refused = False

    def ack(self, delivery_tag: str) -> None:
        """Let go of a message; Redis hears of it when the loop comes to it, or now where no loop comes."""
        transport = self.channel.connection
        if getattr(transport, "is_in_loop", False) and transport.client is not None:
            self.done.append(delivery_tag)
            virtual.QoS.ack(self, delivery_tag)
        else:
            super().ack(delivery_tag)

    def acknowledge(self) -> None:
        """Tell Redis what was let go of."""
        tags = self.done[:]
        if tags:
            self.is_refused = True
            with self.pipe_or_acquire() as pipe:
                pipe.zrem(self.unacked_index_key, *tags).hdel(self.unacked_key, *tags).execute()
            del self.done[: len(tags)]
            self.is_refused = False

    def append(self, message: Any, delivery_tag: str) -> None:  # noqa: ANN401 - kombu's signature
        """Note a message as unacknowledged; only a crash before its claim loses one that could not be."""
        try:
            super().append(message, delivery_tag)
        except ResponseError as error:
            log.warning("message.not_noted", error=type(error).__name__)
            virtual.QoS.append(self, message, delivery_tag)


class GuardedChannel(Channel):
    """A channel that reads JSON only, and knows where Redis is after its connection was given up."""

    QoS = GuardedQoS
    connection_class = KernelTimedConnection
    _address: dict[str, Any] | None = None
    _publisher: Redis | None = None

    def close(self) -> None:
        """Close; what was let go of is acknowledged before, unless Redis has just refused that."""
        try:
            if not self.qos.is_refused:
                self.qos.acknowledge()
        except Exception as error:  # noqa: BLE001 - whatever the client raises: it comes again, and is over
            log.warning("message.not_acknowledged", error=type(error).__name__)
        super().close()

    def _create_client(self, asynchronous: bool = False) -> Redis:  # noqa: FBT001, FBT002 - kombu's signature
        """Make a client; for all that is not waited for by the loop there is one, safe between threads.

        kombu makes one for each command, and making it costs more than the command: docs/performance.md.
        """
        if asynchronous:
            client: Redis = super()._create_client(asynchronous)
            client.set_response_callback("BRPOP", only_readable)
            return client
        publisher = self._publisher
        if publisher is None or publisher.connection_pool is not self.pool:
            self._publisher = publisher = super()._create_client()
        return publisher

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - as above
        """Say how to connect; what was in hand can so be acknowledged to a Redis that is back."""
        if getattr(self.connection, "client", None) is not None:
            params: dict[str, Any] = super()._connparams(asynchronous)
            self._address = self._address if asynchronous else params
            return dict(params)
        if asynchronous or self._address is None:
            raise RedisConnectionError("this channel's connection was given up")
        return dict(self._address)


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


def only_readable(popped: Popped) -> Popped:
    """Put a JSON null in the place of an item that kombu could not decode.

    Not only JSON is judged: kombu's decoder rebuilds marked types, nests as deep as a stranger likes, and
    raises whatever those raise.
    """
    if not popped:
        return None
    key, item = popped
    try:
        loads(bytes_to_str(item))
    except Exception:  # noqa: BLE001 - as said above
        item = _UNREADABLE
    return key, item
