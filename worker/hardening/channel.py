"""A channel to Redis: messages are taken, noted as unacknowledged, and acknowledged, many at a time.

Lives here: together, what kombu's channel and its books do in a turn of the loop and a round trip for each
message. A turn, and each system call in it, costs the loop more than a message does when a hundred threads
want the interpreter's lock: docs/performance.md.

What was found in kombu 5.7.0 and Celery 5.7.0, each tried; more is in transport.py:
- When Redis dies under a worker with a message in hand and a BRPOP under way, closing the channel a second
  time asks a connection that is already gone for its host: AttributeError, and the worker exits. Not
  reported; related: https://github.com/celery/kombu/issues/582, https://github.com/celery/kombu/issues/970
- A Redis that is full still hands out a message, and then refuses to note it: the worker exits, and the
  message is lost. https://github.com/celery/celery/issues/5716
"""

import time
from typing import Any, ClassVar, Final

import structlog
from kombu.transport import virtual
from kombu.transport.redis import Channel, QoS
from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import dumps, loads
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from worker.hardening.redis_socket import KernelTimedConnection

log: Final = structlog.get_logger()

_UNREADABLE: Final = b"null"
_MOST_A_TURN: Final = 10

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

    def is_told_later(self) -> bool:
        """Whether the loop comes to tell Redis what was let go of."""
        transport = self.channel.connection
        return getattr(transport, "is_in_loop", False) and transport.client is not None

    def ack(self, delivery_tag: str) -> None:
        """Let go of a message; Redis hears of it when the loop comes to it, or now where no loop comes."""
        if self.is_told_later():
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
        if self.channel.is_taking and self._note_in_passing(message, delivery_tag):
            virtual.QoS.append(self, message, delivery_tag)
            return
        try:
            super().append(message, delivery_tag)
        except ResponseError as error:
            _tell_not_noted(error)
            virtual.QoS.append(self, message, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 - kombu's signature
        """Give a message back or drop it, after it was noted: Redis hears of each on another connection."""
        self.channel.hear_of_note()
        super().reject(delivery_tag, requeue)

    def _note_in_passing(self, message: Any, delivery_tag: str) -> bool:  # noqa: ANN401
        """Note a message on the connection that brought it; False when that has just been lost."""
        delivery = message.delivery_info
        envelope = dumps([message._raw, delivery["exchange"], delivery["routing_key"]])  # noqa: SLF001 - kombu's
        try:
            self.channel.note(delivery_tag, envelope)
        except (RedisConnectionError, RedisTimeoutError) as error:
            log.warning("message.noted_elsewhere", error=type(error).__name__)
            return False
        return True


class GuardedChannel(Channel):
    """A channel that reads JSON only, and knows where Redis is after its connection was given up.

    In the loop it asks for the next message in the write that notes one, and reads both answers when that one
    has been begun: as many are popped and not yet noted as without, which is one.
    """

    QoS = GuardedQoS
    connection_class = KernelTimedConnection
    _address: dict[str, Any] | None = None
    _publisher: Redis | None = None
    is_taking = False
    _may_ask_on = False
    _is_noting = False
    _asked: Any = None

    def _brpop_read(self, **options: Any) -> bool:  # noqa: ANN401 - kombu's signature
        """Take what was popped, and what is popped meanwhile, up to a few."""
        connection = self.client.connection
        is_ours = isinstance(connection, KernelTimedConnection) and not self.global_keyprefix
        if not (is_ours and self.connection.is_in_loop):
            return bool(super()._brpop_read(**options))
        for left in reversed(range(_MOST_A_TURN)):
            self._may_ask_on = left > 0 and not self._closing
            self.is_taking = True
            try:
                super()._brpop_read(**options)
            finally:
                self.is_taking = False
                self.hear_of_note()
                # What kombu has just forgotten: the answer to BRPOP is still to come.
                self._in_poll, self._asked = self._asked, None
            if not (self._in_poll and connection.has_unread()):
                break
        return True

    def note(self, delivery_tag: str, envelope: str) -> None:
        """Note a message where it was taken from, and ask for another where there is room."""
        self.is_taking = False
        connection, qos = self.client.connection, self.qos
        asks_on = self._may_ask_on and (not qos.prefetch_count or qos.can_consume_max_estimate() > 1)
        with connection.together():
            connection.send_command("ZADD", self.unacked_index_key, time.time(), delivery_tag)
            connection.send_command("HSET", self.unacked_key, delivery_tag, envelope)
            if asks_on:
                self._in_poll = None
                self._brpop_start()
        self._is_noting = True
        self._asked = self._in_poll if asks_on else None

    def hear_of_note(self) -> None:
        """Read that the message in hand was noted, if that is still to be read; BRPOP answers after it."""
        if not self._is_noting:
            return
        self._is_noting = False
        asked, self._asked = self._asked, None
        for _ in ("ZADD", "HSET"):
            try:
                self.client.connection.read_response()
            except ResponseError as error:
                _tell_not_noted(error)
        self._asked = asked

    def _flush_brpop_reauth(self) -> None:
        """Leave a new token for later while answers are to come: its own would be read for one of them."""
        if not (self._is_noting or self._asked):
            super()._flush_brpop_reauth()

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


def _tell_not_noted(error: ResponseError) -> None:
    log.warning("message.not_noted", error=type(error).__name__)


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
