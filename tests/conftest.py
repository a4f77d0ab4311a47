"""What the tests stand on: a real Redis, a real PostgreSQL, a real HTTP stand-in for Twilio.

Lives here: session-wide servers on free loopback ports, started when first asked for and stopped at the
end. A server that cannot be had is said in one sentence; in CI that is a failure.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import Database, open_database
from models.schema import upgrade
from simulator.client import SimulatorClient
from simulator.process import running as simulator_running
from tests.postgres import fresh_database, postgres_server
from worker.demo.redis_server import RedisServer, redis_server


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """A redis-server for the session's shared workers, and for nobody else: they take every message."""
    with redis_server() as server:
        yield server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A redis-server of one's own."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server for the session; its database `postgres` stays empty."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def simulator_server() -> Iterator[tuple[str, SimulatorClient]]:
    """A Twilio stand-in for the session."""
    with simulator_running() as (url, client):
        yield url, client


@pytest.fixture
def simulator(simulator_server: tuple[str, SimulatorClient]) -> tuple[str, SimulatorClient]:
    """A Twilio stand-in as it was when it started."""
    simulator_server[1].reset()
    return simulator_server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    return str(request.getfixturevalue("fresh_postgres"))


@pytest.fixture
def fresh_postgres(postgres: str) -> Iterator[str]:
    """A PostgreSQL database of one's own."""
    with fresh_database(postgres) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with the tables of this version."""
    opened = open_database(database_url)
    upgrade(opened.engine)
    yield opened
    opened.dispose()
