"""The durable door: accepting is quick and sure, whatever the broker does."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models import TaskRun
from models.database import Database
from phone_verification import (
    IdempotencyConflictError,
    InvalidArgumentsError,
    NotAcceptedError,
    NotReadableError,
    VerificationClient,
)
from phone_verification.keys import make_key
from phone_verification.kinds import PollState, RunState
from worker.demo.redis_server import RedisServer, free_port, redis_server

KEYS = {"hmac_keys": make_key("demo"), "seal_keys": make_key("demo")}


@pytest.fixture
def broker() -> Iterator[RedisServer]:
    """A broker that a test may break."""
    with redis_server() as server:
        yield server


@pytest.fixture
def client(database: Database, broker: RedisServer) -> Iterator[VerificationClient]:
    """A client with nobody to work for it."""
    with VerificationClient(database=database.engine, broker_url=broker.url(), **KEYS) as opened:
        yield opened


def states(database: Database) -> list[RunState]:
    """The states of all runs."""
    with database.transaction() as connection:
        return list(connection.scalars(select(TaskRun.state)))


def test_an_accepted_run_is_a_row_without_a_number(client: VerificationClient, database: Database) -> None:
    """The row is committed before the call returns, and tells neither the number nor the code."""
    task_id = client.check("424242", phone_number="010-1234-5678", verification_id="the-handle")

    with database.transaction() as connection:
        row = connection.execute(select(TaskRun)).one()
    assert (row.task_id, row.state) == (task_id, RunState.ACCEPTED)
    assert (row.phone_masked, row.verification_id) == ("+82*****5678", "the-handle")
    assert "424242" not in str(row)
    assert "12345678" not in str(row)
    assert client.status(task_id).state is PollState.QUEUED


def test_a_stopped_broker_delays_acceptance_by_less_than_three_seconds(
    client: VerificationClient, broker: RedisServer, database: Database
) -> None:
    """A broker that accepts connections and never answers costs a caller no more than that."""
    assert broker.process is not None
    os.kill(broker.process.pid, signal.SIGSTOP)
    durations = []

    for _ in range(3):
        begun = time.monotonic()
        client.send("010-1234-5678")
        durations.append(time.monotonic() - begun)

    assert max(durations) < 3
    assert states(database) == [RunState.ACCEPTED] * 3
    os.kill(broker.process.pid, signal.SIGCONT)


def test_a_dead_broker_delays_acceptance_by_less_than_three_seconds(
    client: VerificationClient, broker: RedisServer, database: Database
) -> None:
    """A refused connection is no problem of the caller's."""
    broker.kill()
    begun = time.monotonic()

    client.send("010-1234-5678")

    assert time.monotonic() - begun < 3
    assert states(database) == [RunState.ACCEPTED]


def test_callers_at_once_all_ring(client: VerificationClient, broker: RedisServer) -> None:
    """A busy backend's runs are not left to the sweeper: each one's message is published."""
    with ThreadPoolExecutor(16) as threads:
        accepted = set(threads.map(lambda _: client.send("010-1234-5678"), range(64)))

    assert len(accepted) == 64
    assert broker_length(broker) == 64


def test_a_refused_database_is_one_clear_error_with_the_task_id(broker: RedisServer) -> None:
    """Within five seconds the caller knows, and can try again with the same id."""
    url = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing"
    with VerificationClient(database=url, broker_url=broker.url(), **KEYS) as client:
        begun = time.monotonic()

        with pytest.raises(NotAcceptedError) as raised:
            client.send("010-1234-5678", task_id="order-17-sms")

        assert time.monotonic() - begun < 5
        assert raised.value.task_id == "order-17-sms"
        assert "order-17-sms" in str(raised.value)
        with pytest.raises(NotReadableError):
            client.status("order-17-sms")


def test_a_silent_database_is_one_clear_error_in_time(broker: RedisServer) -> None:
    """A database that takes the connection and never answers is no different."""
    import socket  # noqa: PLC0415 - only this test listens and says nothing

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing"
        with VerificationClient(database=url, broker_url=broker.url(), **KEYS) as client:
            begun = time.monotonic()

            with pytest.raises(NotAcceptedError):
                client.send("010-1234-5678")

            assert time.monotonic() - begun < 5


def test_the_same_id_is_the_same_intent(client: VerificationClient, database: Database) -> None:
    """Accepting twice under one id is accepting once."""
    first = client.send("010-1234-5678", task_id="order-17-sms")
    second = client.send("010-1234-5678", task_id="order-17-sms")

    assert first == second
    assert len(states(database)) == 1


def test_a_dropped_key_invents_no_conflict(
    client: VerificationClient, database: Database, broker: RedisServer
) -> None:
    """After a rotation is over, an old id is still its own intent."""
    client.send("010-1234-5678", task_id="order-17-sms")
    rotated = {**KEYS, "hmac_keys": make_key("demo").replace("demo:", "later:")}

    with VerificationClient(database=database.engine, broker_url=broker.url(), **rotated) as later:
        assert later.send("010-1234-5678", task_id="order-17-sms") == "order-17-sms"


@pytest.mark.parametrize(
    "other",
    [{"channel": "call"}, {"locale": "ko"}, {"client_ref": "session-1"}, {"phone_number": "010-1234-5679"}],
    ids=lambda other: next(iter(other)),
)
def test_one_id_for_two_intents_is_a_conflict(client: VerificationClient, other: dict[str, str]) -> None:
    """Any other argument under a used id is told at once."""
    wish = {"phone_number": "010-1234-5678"}
    client.send(**wish, task_id="order-17-sms")  # type: ignore[arg-type]

    with pytest.raises(IdempotencyConflictError):
        client.send(**{**wish, **other}, task_id="order-17-sms")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"phone_number": "010-1234-5678", "channel": "fax"}, "channel"),
        ({"phone_number": 1012345678}, "phone_number"),
        ({"phone_number": "010-1234-5678", "locale": "not a locale"}, "locale"),
        ({"phone_number": "010-1234-5678", "task_id": "user-01012345678"}, "task_id"),
    ],
)
def test_arguments_of_the_wrong_shape_name_the_field(
    client: VerificationClient, wish: dict[str, object], field: str
) -> None:
    """The error names where, never what."""
    with pytest.raises(InvalidArgumentsError) as raised:
        client.send(**wish)  # type: ignore[arg-type]

    assert raised.value.field == field
    assert "1012345678" not in str(raised.value)


def test_a_check_without_a_handle_must_be_meant(client: VerificationClient) -> None:
    """A lost handle is an error; checking by the number alone has to be said."""
    with pytest.raises(InvalidArgumentsError, match="verification_id"):
        client.check("123456", phone_number="010-1234-5678", verification_id=None)

    assert client.check("123456", phone_number="010-1234-5678", verification_id=None, by_number_alone=True)


def test_a_run_joins_the_callers_transaction(
    client: VerificationClient, database_url: str, database: Database, broker: RedisServer
) -> None:
    """It exists when the caller's session commits, and never when that rolls back."""
    engine = create_engine(database_url)
    with Session(engine) as session:
        client.send("010-1234-5678", task_id="rolled-back", session=session)
        session.rollback()
    with Session(engine) as session:
        client.send("010-1234-5678", task_id="committed-one", session=session)
        assert broker_length(broker) == 0
        session.commit()
    engine.dispose()

    assert client.status("rolled-back").state is PollState.NOT_FOUND
    assert client.status("committed-one").state is PollState.QUEUED
    assert states(database) == [RunState.ACCEPTED]
    assert broker_length(broker) == 1


def broker_length(broker: RedisServer) -> int:
    """Messages that wait to be consumed."""
    import redis  # noqa: PLC0415 - the fixture of that name shadows it elsewhere

    with redis.Redis(port=broker.port) as connection:
        return int(connection.llen("verification.send"))  # type: ignore[arg-type]


def test_the_message_carries_the_id_alone(client: VerificationClient, broker: RedisServer) -> None:
    """Nothing private of a durable run ever reaches the broker."""
    import base64  # noqa: PLC0415 - as above
    import json  # noqa: PLC0415 - as above

    import redis  # noqa: PLC0415 - as above

    task_id = client.send("010-1234-5678", client_ref="a-session")

    with redis.Redis(port=broker.port) as connection:
        message = json.loads(connection.lindex("verification.send", 0))  # type: ignore[arg-type]
    body = json.loads(base64.b64decode(message["body"]))
    assert body[:2] == [[], {}]
    assert message["headers"]["id"] == task_id
    assert message["headers"]["ignore_result"] is True
    assert "5678" not in json.dumps(message).replace(task_id, "")
