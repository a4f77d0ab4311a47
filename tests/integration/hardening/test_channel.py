"""Messages that are taken many at a time: what Redis has noted, what is begun, and what is left."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis as redis_client
from kombu import Queue
from kombu.asynchronous.hub import Hub
from kombu.transport.virtual import Channel
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from tests.shapes import QUEUE, message
from worker.demo.redis_server import RedisServer, redis_server
from worker.demo.waiting import wait_until
from worker.hardening.channel import Popped, only_readable
from worker.hardening.connection import GuardedConnection
from worker.hardening.consumer import MaskedConsumer

MOST_A_TURN = 10


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis that may die."""
    with redis_server() as server:
        yield server


@pytest.fixture
def begun() -> list[str]:
    """The tags of the messages that were begun."""
    return []


@pytest.fixture
def meanwhile() -> list[Callable[[], None]]:
    """What happens while a message is begun."""
    return []


@pytest.fixture
def channel(redis: RedisServer, begun: list[str], meanwhile: list[Callable[[], None]]) -> Iterator[Channel]:
    """A channel in a loop, which consumes; its messages are begun and never ended."""

    def begin(taken: Any) -> None:
        begun.append(taken.delivery_tag)
        for act in meanwhile:
            act()

    with GuardedConnection(redis.url()) as connection:
        channel: Any = connection.channel()
        channel.connection.is_in_loop = True
        Queue(QUEUE, channel=channel).declare()
        channel.basic_consume(QUEUE, no_ack=False, callback=begin, consumer_tag="consumer")
        yield channel


def put(redis: RedisServer, count: int, first: int = 0) -> list[str]:
    """Put messages into the queue; return their tags."""
    tags = [str(first + place) for place in range(count)]
    with redis_client.Redis(port=redis.port) as client:
        for tag in tags:
            client.lpush(QUEUE, json.dumps(message(f"a-task-id-{tag}", properties__delivery_tag=tag)))
    return tags


def turn(channel: Any) -> None:
    """Let the loop turn once: ask where nothing was asked, and read what came."""
    channel.connection.cycle.on_poll_start()
    channel._brpop_read()  # noqa: SLF001 - as the loop does


def is_asked(channel: Any) -> bool:
    """Whether an answer to BRPOP is waited for."""
    return bool(channel._in_poll)  # noqa: SLF001 - kombu's own note of it


def waiting(redis: RedisServer) -> int:
    """How many messages nobody has taken."""
    with redis_client.Redis(port=redis.port) as client:
        return int(client.llen(QUEUE))


def noted(redis: RedisServer) -> set[str]:
    """The tags of the messages that Redis has noted as taken."""
    with redis_client.Redis(port=redis.port) as client:
        tags = {tag.decode() for tag in client.hkeys("unacked")}
        assert tags == {tag.decode() for tag in client.zrange("unacked_index", 0, -1)}
        return tags


def take_memory_away(redis: RedisServer) -> None:
    """Have Redis refuse what needs memory."""
    with redis_client.Redis(port=redis.port) as client:
        client.config_set("maxmemory", "1")


def give_memory_back(redis: RedisServer) -> None:
    """Have Redis refuse nothing."""
    with redis_client.Redis(port=redis.port) as client:
        client.config_set("maxmemory", "0")


def test_what_waits_is_taken_in_order_and_noted(channel: Any, redis: RedisServer, begun: list[str]) -> None:
    """As kombu notes it: what a killed worker had in hand is given back to its queue."""
    tags = put(redis, 4)

    while len(begun) < len(tags):
        turn(channel)

    assert begun == tags
    assert noted(redis) == set(tags)
    with redis_client.Redis(port=redis.port) as client:
        notes = {tag: json.loads(client.hget("unacked", tag)) for tag in tags}
    assert {tag: note[0]["headers"]["id"] for tag, note in notes.items()} == {
        tag: f"a-task-id-{tag}" for tag in tags
    }
    assert {tuple(note[1:]) for note in notes.values()} == {("", QUEUE)}


def test_no_more_than_one_is_popped_and_not_noted(
    channel: Any, redis: RedisServer, begun: list[str], meanwhile: list[Callable[[], None]]
) -> None:
    """That one a killed worker loses, as it would if messages were taken one by one."""
    tags = put(redis, 6)
    popped: list[int] = []

    def count() -> None:
        def is_noted() -> bool:
            return noted(redis) == set(begun)

        wait_until(is_noted, "what was begun is noted, and heard of later", seconds=5)
        popped.append(len(tags) - waiting(redis) - len(begun))

    meanwhile.append(count)
    while len(begun) < len(tags):
        turn(channel)

    assert max(popped) == 1


def test_no_more_is_asked_for_than_there_is_room(channel: Any, redis: RedisServer, begun: list[str]) -> None:
    """What this worker cannot begin is another's to take."""
    channel.basic_qos(prefetch_count=3)
    put(redis, 8)

    while len(begun) < 3:
        turn(channel)

    assert begun == ["0", "1", "2"]
    assert not is_asked(channel)
    assert waiting(redis) == 5


def test_a_turn_ends_though_more_is_waiting(channel: Any, redis: RedisServer, begun: list[str]) -> None:
    """Acknowledgements, events and the heartbeat have their turn, too."""
    put(redis, 3 * MOST_A_TURN)

    turn(channel)
    assert 0 < len(begun) <= MOST_A_TURN

    while len(begun) < 3 * MOST_A_TURN:
        before = len(begun)
        turn(channel)
        assert len(begun) - before <= MOST_A_TURN
    assert waiting(redis) == 0


def test_what_cannot_be_noted_is_begun_and_the_next_one_taken(
    channel: Any, redis: RedisServer, begun: list[str]
) -> None:
    """A Redis that is full refuses both halves of a note, and still hands out messages."""
    put(redis, 3)
    take_memory_away(redis)

    with capture_logs() as logs:
        while len(begun) < 3:
            turn(channel)
    give_memory_back(redis)

    assert begun == ["0", "1", "2"]
    assert {line["event"] for line in logs} == {"message.not_noted"}
    assert noted(redis) == set()


def test_a_redis_that_dies_meanwhile_leaves_nothing_asked(
    channel: Any, redis: RedisServer, begun: list[str], meanwhile: list[Callable[[], None]]
) -> None:
    """What was begun goes on; the connection is given up, and no answer is waited for on it."""
    put(redis, 1)
    meanwhile.append(redis.kill)

    def turn_on() -> None:
        while True:
            turn(channel)

    with pytest.raises(RedisConnectionError):
        turn_on()

    assert begun == ["0"]
    assert not is_asked(channel)


def test_a_connection_that_is_lost_before_the_note_does_not_take_the_message_with_it(
    channel: Any, redis: RedisServer, begun: list[str]
) -> None:
    """As when a balancer resets it: the message has left the queue, and is noted on another connection."""
    put(redis, 2)

    def cut(popped: Popped) -> Popped:
        channel.client.connection._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001 - redis-py's
        return popped

    channel.client.set_response_callback("BRPOP", cut)
    with capture_logs() as logs:
        turn(channel)
    channel.client.set_response_callback("BRPOP", only_readable)

    assert begun == ["0"]
    assert noted(redis) == {"0"}
    assert [line["event"] for line in logs] == ["message.noted_elsewhere"]
    turn(channel)
    assert begun == ["0", "1"]
    assert noted(redis) == {"0", "1"}


class Late:
    """A socket whose words take a while, as one does whose packet was lost."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        """Send, a tenth of a second later."""
        threading.Timer(0.1, self._sock.sendall, (data,)).start()


@pytest.mark.parametrize(("requeue", "left"), [(True, 1), (False, 0)])
def test_what_is_given_back_at_once_is_not_noted_afterwards(
    channel: Any, redis: RedisServer, *, requeue: bool, left: int
) -> None:
    """The note would come on a slower connection, and the message come again two minutes later."""
    channel.basic_cancel("consumer")
    channel.basic_consume(
        QUEUE, no_ack=False, callback=lambda taken: taken.reject(requeue=requeue), consumer_tag="refuser"
    )
    channel.basic_qos(prefetch_count=1)
    put(redis, 1)
    channel.connection.cycle.on_poll_start()
    connection = channel.client.connection
    connection._sock = Late(connection._sock)  # noqa: SLF001 - redis-py's

    channel._brpop_read()  # noqa: SLF001 - as the loop does

    assert waiting(redis) == left
    assert noted(redis) == set()


def test_a_prefix_for_all_keys_is_kept(redis: RedisServer) -> None:
    """A message is noted where it is looked for when it is given back."""
    options = {"global_keyprefix": "ours:"}
    with GuardedConnection(redis.url(), transport_options=options) as connection:
        channel: Any = connection.channel()
        channel.connection.is_in_loop = True
        Queue(QUEUE, channel=channel).declare()
        channel.basic_consume(QUEUE, no_ack=False, callback=lambda _: None, consumer_tag="consumer")
        with redis_client.Redis(port=redis.port) as client:
            client.lpush(f"ours:{QUEUE}", json.dumps(message("a-task-id", properties__delivery_tag="1")))
            turn(channel)
            assert client.hkeys("ours:unacked") == [b"1"]
            assert client.hkeys("unacked") == []


class Token:
    """What a provider of short-lived credentials hands out."""

    def try_get(self, _: str) -> str:
        """Say who one is."""
        return "default"

    def get_value(self) -> str:
        """Say by what."""
        return "a password"


def test_a_new_token_is_not_sent_between_a_question_and_its_answer(
    channel: Any, redis: RedisServer, begun: list[str], meanwhile: list[Callable[[], None]]
) -> None:
    """Its own answer would be read for that one, and all that follow be off by one."""
    with redis_client.Redis(port=redis.port) as client:
        client.acl_setuser("default", enabled=True, passwords=["+a password"], nopass=False)
        client.acl_setuser("default", enabled=True, nopass=True)
    tags = put(redis, 3)
    meanwhile.append(lambda: channel.client.connection.set_re_auth_token(Token()))

    while len(begun) < len(tags):
        turn(channel)

    assert begun == tags
    assert noted(redis) == set(tags)


def test_a_channel_that_closes_gives_back_what_was_popped_for_it(
    channel: Any, redis: RedisServer, begun: list[str]
) -> None:
    """A message was asked for that came when nobody took messages any more."""
    put(redis, 1)
    turn(channel)
    assert is_asked(channel)
    put(redis, 1, first=1)
    wait_until(lambda: waiting(redis) == 0, "it was popped", seconds=5)

    channel.close()

    assert begun[0] == "0"
    assert waiting(redis) == 2
    assert noted(redis) == set()


def taker(channel: Any) -> tuple[Any, list[Any]]:
    """Make a worker's consumer that takes messages of a channel and runs none; and what it has taken."""
    consumer: Any = MaskedConsumer.__new__(MaskedConsumer)
    consumer.hub = Hub()
    taken: list[Any] = []
    channel.basic_consume(QUEUE, no_ack=False, callback=taken.append, consumer_tag="taker")
    return consumer, taken


def test_the_loop_is_woken_by_an_acknowledgement_only_where_it_waits_for_room(
    channel: Any, redis: RedisServer
) -> None:
    """It hears of all of them a moment later; while there is room that costs a turn for nothing."""
    consumer, taken = taker(channel)
    channel.basic_qos(prefetch_count=2)
    put(redis, 2)
    while len(taken) < 2:
        turn(channel)

    consumer.call_soon_ack(taken[0].ack_log_error, None, ())
    assert not taken[0].acknowledged
    consumer.hub.close()
    assert taken[0].acknowledged

    consumer.call_soon_ack(taken[1].ack_log_error, None, ())
    assert taken[1].acknowledged


def test_what_is_done_when_its_connection_is_gone_waits_for_the_next_loop(
    channel: Any, redis: RedisServer
) -> None:
    """In its own thread now, Redis could not be told, and the message would come again."""
    consumer, taken = taker(channel)
    put(redis, 1)
    turn(channel)
    channel.connection.client = None

    consumer.call_soon_ack(taken[0].ack_log_error, None, ())

    assert not taken[0].acknowledged
    consumer.hub.close()
    assert noted(redis) == set()
