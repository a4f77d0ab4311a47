"""A database that is away: a message that is not yet a row is kept, whatever the broker says meanwhile."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from tests.integration.conftest import Backend
from tests.integration.hardening.conftest import Start, broker, unacknowledged
from tests.integration.hardening.test_malformed_messages import push_check, push_message
from tests.shapes import QUEUE
from worker.demo.waiting import wait_until


@pytest.fixture
def backend(start: Start, fresh_postgres: str) -> Iterator[Backend]:
    """A worker on a database that can be closed."""
    with start(DATABASE_URL=fresh_postgres) as started:
        yield started


@contextmanager
def closed(url: str, maintenance_url: str) -> Iterator[None]:
    """Let nobody into a database, and throw out who is in."""
    name = make_url(url).database
    with psycopg.connect(maintenance_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("UPDATE pg_database SET datallowconn = false WHERE datname = %s", [name])
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            connection.execute("UPDATE pg_database SET datallowconn = true WHERE datname = %s", [name])


def is_kept(backend: Backend, task_id: str) -> bool:
    """Whether Redis has the message, in the queue or in somebody's hand."""
    with broker(backend) as redis:
        kept = [*redis.lrange(QUEUE, 0, -1), *redis.hvals("unacked")]
    return any(task_id in json.dumps(json.loads(item)) for item in kept)


def times_met(backend: Backend, task_id: str) -> int:
    """Count the deliveries that met no database."""
    lines = backend.log.read_text().splitlines()
    return sum("run.database_away" in line and task_id in line for line in lines)


def look_two_minutes_later(backend: Backend) -> None:
    """Let what is in hand look as old as the visibility timeout."""
    with broker(backend) as redis:
        for tag in redis.zrange("unacked_index", 0, -1):
            redis.zadd("unacked_index", {tag: 0})


def test_a_message_that_meets_no_database_is_kept_until_there_is_one(
    backend: Backend, postgres: str, fresh_postgres: str
) -> None:
    """It goes back to its queue; where Redis is too full for it, it stays in hand, and comes back later."""
    with closed(fresh_postgres, postgres):
        task_id = push_check(backend)
        wait_until(lambda: times_met(backend, task_id) > 0, "it waits in its slot", seconds=20)
        with broker(backend) as redis:
            redis.config_set("maxmemory", "1")
            wait_until(lambda: "OutOfMemoryError" in backend.log.read_text(), "Redis refuses it", seconds=15)
            assert is_kept(backend, task_id)
            redis.config_set("maxmemory", "0")
        look_two_minutes_later(backend)
        refused_id = push_message(backend, headers__expires=1)
        for waiting in (task_id, refused_id):
            wait_until(lambda: times_met(backend, waiting) > 1, "it comes back", seconds=20)  # noqa: B023

    answers = [backend.result(waiting).error for waiting in (task_id, refused_id)]
    kinds = [answer.kind.value for answer in answers if answer is not None]
    assert kinds == ["no_verification_record", "invalid_request"]
    wait_until(lambda: unacknowledged(backend) == 0, "both are acknowledged", seconds=10)
