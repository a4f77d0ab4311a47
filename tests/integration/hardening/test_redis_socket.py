"""The broker's connections: timed by the kernel, looked at in passing, and told of many messages at once."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
import redis as redis_client
from kombu import Queue
from kombu.transport.virtual import Channel
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from tests.shapes import QUEUE, message
from worker.demo.redis_server import RedisServer, redis_server
from worker.demo.waiting import wait_until
from worker.hardening.connection import GuardedConnection
from worker.hardening.redis_socket import KernelTimedConnection
from worker.hardening.transport import _Joined

SECONDS = 0.3


Pair = tuple[KernelTimedConnection, socket.socket]


@pytest.fixture
def connect() -> Iterator[Callable[[], Pair]]:
    """Connect to a server that says nothing; the connection, and the server's end of it."""
    ends: list[Any] = []

    def made() -> Pair:
        # RESP2 has no hello: nobody is greeted.
        ours = KernelTimedConnection(
            host="127.0.0.1", port=server.getsockname()[1], protocol=2, socket_timeout=SECONDS
        )
        ours._sock = ours._connect()  # noqa: SLF001 - without asking for anything
        ours._parser.on_connect(ours)  # noqa: SLF001 - as above
        theirs = server.accept()[0]
        ends.extend((ours._sock, theirs))  # noqa: SLF001 - as above
        return ours, theirs

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield made
    for one in ends:
        one.close()


def test_a_redis_that_says_nothing_is_waited_for_as_long_as_was_said(connect: Callable[[], Pair]) -> None:
    """A frozen one holds the loop no longer than before."""
    connection, _ = connect()
    begun = time.monotonic()

    with pytest.raises(RedisConnectionError):
        connection.read_response()

    assert SECONDS * 0.9 < time.monotonic() - begun < SECONDS + 2


def test_a_redis_that_takes_nothing_is_waited_for_no_longer(connect: Callable[[], Pair]) -> None:
    """Its buffers are full; who publishes is told."""
    connection, _ = connect()
    begun = time.monotonic()

    with pytest.raises(RedisConnectionError):
        connection.send_packed_command([b"x" * 100_000_000], check_health=False)

    assert time.monotonic() - begun < 8


def test_a_quiet_connection_is_taken_and_one_that_was_left_is_not(connect: Callable[[], Pair]) -> None:
    """A word that nobody asked for, or the end, means that it is of no use."""
    quiet, _ = connect()
    assert quiet.can_read() is False

    talked_to, server = connect()
    server.sendall(b"+OK\r\n")
    assert wait_until(talked_to.can_read, "the word arrived", seconds=5)

    left, server = connect()
    server.close()
    with pytest.raises(RedisConnectionError):
        wait_until(left.can_read, "the end arrived", seconds=5)


def test_one_that_answered_a_moment_ago_is_not_looked_at(connect: Callable[[], Pair]) -> None:
    """Under load a look has its price; a moment later it is looked at again."""
    connection, server = connect()
    server.sendall(b"+OK\r\n")
    assert connection.read_response() == b"OK"

    server.close()
    begun = time.monotonic()
    assert connection.can_read() is False
    with pytest.raises(RedisConnectionError):
        wait_until(connection.can_read, "it was looked at", seconds=5)
    assert time.monotonic() - begun >= 0.2


def test_what_was_read_too_much_is_seen(connect: Callable[[], Pair]) -> None:
    """Two answers came in one piece: the next question would get this one's."""
    connection, server = connect()
    server.sendall(b"+OK\r\n+AND MORE\r\n")

    assert connection.read_response() == b"OK"

    assert connection.can_read() is True


def test_the_parser_written_in_c_is_asked_in_its_own_words(connect: Callable[[], Pair]) -> None:
    """hiredis: its buffer is a mere array, and what is left over is in its reader."""
    connection, _ = connect()
    left_over = [True, False]
    connection._parser = SimpleNamespace(  # type: ignore[assignment]  # noqa: SLF001 - redis-py's
        _buffer=bytearray(100), _reader=SimpleNamespace(has_data=left_over.pop), on_disconnect=lambda: None
    )

    assert connection.has_unread() is False
    assert connection.has_unread() is True


def test_what_is_said_together_leaves_in_one_write(connect: Callable[[], Pair]) -> None:
    """Each write of its own would be a wait for the interpreter's lock."""
    connection, server = connect()

    with connection.together():
        connection.send_command("PING", "first")
        connection.send_command("PING", "second")
        with pytest.raises(BlockingIOError):
            server.recv(1, socket.MSG_DONTWAIT)

    assert server.recv(1000) == b"*2\r\n$4\r\nPING\r\n$5\r\nfirst\r\n*2\r\n$4\r\nPING\r\n$6\r\nsecond\r\n"


def test_of_what_could_not_be_said_together_nothing_leaves(connect: Callable[[], Pair]) -> None:
    """Half of it would be answered, and the next question would get that answer."""
    connection, server = connect()

    def interrupted() -> None:
        with connection.together():
            connection.send_command("PING", "first")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    connection.send_command("PING", "alone")

    assert server.recv(1000) == b"*2\r\n$4\r\nPING\r\n$5\r\nalone\r\n"


@pytest.fixture
def channel(redis: RedisServer) -> Iterator[Channel]:
    """A channel of a worker's, which is in no loop yet."""
    with GuardedConnection(redis.url()) as connection:
        yield connection.channel()


def take(channel: Channel, redis: RedisServer, tag: str) -> Any:
    """Put a message into the queue and take it in hand."""
    Queue(QUEUE, channel=channel).declare()
    with redis_client.Redis(port=redis.port) as client:
        client.lpush(QUEUE, json.dumps(message("a-task-id", properties__delivery_tag=tag)))
    return wait_until(lambda: channel.basic_get(QUEUE), "the message was taken", seconds=5)


def in_hand(redis: RedisServer) -> set[bytes]:
    """Which messages Redis has noted as taken."""
    with redis_client.Redis(port=redis.port) as client:
        noted = set(client.hkeys("unacked"))
        assert noted == set(client.zrange("unacked_index", 0, -1))
        return noted


def test_without_a_loop_a_message_is_let_go_of_at_once(channel: Channel, redis: RedisServer) -> None:
    """Nobody would come to do it later."""
    taken = take(channel, redis, "1")
    assert in_hand(redis) == {b"1"}

    channel.basic_ack(taken.delivery_tag)

    assert in_hand(redis) == set()


def test_in_a_loop_messages_are_let_go_of_together(channel: Channel, redis: RedisServer) -> None:
    """Here there is room for the next one at once; Redis hears of both a moment later."""
    channel.connection.is_in_loop = True
    for tag in ("1", "2"):
        taken = take(channel, redis, tag)
        channel.basic_ack(taken.delivery_tag)
    assert in_hand(redis) == {b"1", b"2"}

    channel.connection._acknowledge()  # noqa: SLF001 - as the loop does

    assert in_hand(redis) == set()


def test_a_redis_that_may_not_be_written_to_is_told_later(channel: Channel, redis: RedisServer) -> None:
    """After a failover: said once and not twenty times a second, and nothing is forgotten."""
    channel.connection.is_in_loop = True
    taken = take(channel, redis, "1")
    channel.basic_ack(taken.delivery_tag)
    with redis_client.Redis(port=redis.port) as client:
        client.replicaof("127.0.0.1", "1")
        with capture_logs() as logs:
            channel.connection._acknowledge()  # noqa: SLF001 - as the loop does
            channel.connection._acknowledge()  # noqa: SLF001 - as above
        client.replicaof("NO", "ONE")
    assert [line["event"] for line in logs] == ["message.not_acknowledged"]
    assert in_hand(redis) == {b"1"}

    def is_told() -> bool:
        channel.connection._acknowledge()  # noqa: SLF001 - as above
        return in_hand(redis) == set()

    wait_until(is_told, "Redis was told", seconds=10)


def test_a_channel_that_closes_lets_go_of_what_is_done(channel: Channel, redis: RedisServer) -> None:
    """A worker that stops leaves nothing to be delivered again."""
    channel.connection.is_in_loop = True
    done, undone = take(channel, redis, "1"), take(channel, redis, "2")
    channel.basic_ack(done.delivery_tag)

    channel.close()

    assert in_hand(redis) == set()
    with redis_client.Redis(port=redis.port) as client:
        assert client.llen(QUEUE) == 1
    assert undone


def test_what_a_lost_connection_was_not_told_the_next_one_is() -> None:
    """Else a message that is done with would come again, two minutes later."""
    with redis_server(appendonly=True) as redis:
        with GuardedConnection(redis.url()) as lost:
            channel = lost.channel()
            channel.connection.is_in_loop = True
            channel.basic_ack(take(channel, redis, "1").delivery_tag)
            redis.kill()
            channel.close()
        redis.start()
        assert in_hand(redis) == {b"1"}

        with GuardedConnection(redis.url()) as found:
            found.channel().connection._acknowledge()  # noqa: SLF001 - as the loop does

        assert in_hand(redis) == set()


def test_a_message_that_is_given_back_is_given_back_at_once(channel: Channel, redis: RedisServer) -> None:
    """It comes again under the same tag: let go of later, it would be lost with the worker that has it."""
    channel.connection.is_in_loop = True
    taken = take(channel, redis, "1")

    channel.basic_reject(taken.delivery_tag, requeue=True)
    assert in_hand(redis) == set()
    again = wait_until(lambda: channel.basic_get(QUEUE), "it came again", seconds=5)
    channel.connection._acknowledge()  # noqa: SLF001 - as the loop does

    assert again.delivery_tag == taken.delivery_tag
    assert in_hand(redis) == {b"1"}


def test_the_loop_is_told_of_a_socket_again_after_a_while(redis: RedisServer) -> None:
    """Each turn would be two system calls for nothing; never again, and a new socket could stay unheard."""
    told: list[int] = []

    class Loop:
        readers: dict[int, Any] = {}  # noqa: RUF012 - as kombu's

        def add_reader(self, fd: int, *callback: Any) -> None:
            told.append(fd)
            self.readers[fd] = callback

    joined = _Joined(Loop())
    wait_until(lambda: joined.add_reader(7, print) or len(told) > 1, "it was told again", seconds=5)
    assert told == [7, 7]

    Loop.readers.clear()
    joined.add_reader(7, print)
    assert told == [7, 7, 7]
