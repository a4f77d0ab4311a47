"""Workers to try a hole on, each with a Redis and a database of its own."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from itertools import count

import pytest
import redis as redis_client

from simulator.client import SimulatorClient
from tests.integration.conftest import Backend, backend_on
from worker.demo.redis_server import RedisServer, redis_server
from worker.demo.waiting import wait_until

Start = Callable[..., AbstractContextManager[Backend]]

_NUMBERS = count(1000)


@pytest.fixture(scope="session")
def start(simulator_server: tuple[str, SimulatorClient], tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Start a worker: ours, or one of `switched_off`, which is killed when it has shown its hole."""

    @contextmanager
    def started(switched_off: str | None = None, **changes: str) -> Iterator[Backend]:
        app = f"{__package__}.switched_off.{switched_off}" if switched_off else "worker"
        directory = tmp_path_factory.mktemp(switched_off or "ours")
        url = changes.pop("DATABASE_URL", f"sqlite:///{directory}/test.db")
        with (
            redis_server(appendonly=True) as redis,
            backend_on(url, redis, simulator_server, directory, app=app, changes=changes) as backend,
        ):
            yield backend
            if switched_off:
                kill(backend)

    return started


@pytest.fixture(scope="session")
def results() -> Iterator[RedisServer]:
    """A Redis for results alone."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def _ours(start: Start, results: RedisServer) -> Iterator[Backend]:
    with start(CELERY_RESULT_BACKEND=results.url()) as backend:
        yield backend


@pytest.fixture
def ours(_ours: Backend) -> Backend:
    """One worker as it is shipped, for everything that it must outlive."""
    _ours.phone.reset()
    assert is_alive(_ours)
    return replace(_ours, number=new_number())


@pytest.fixture(scope="session")
def without_transport(start: Start) -> Iterator[Backend]:
    """One worker behind kombu's own transport, for what the second line of defence must outlive."""
    with start("transport") as backend:
        yield backend


def new_number() -> str:
    """A number that nobody has used."""
    return f"010-{next(_NUMBERS):04d}-7777"


def kill(backend: Backend) -> None:
    """End a worker as a crash would."""
    with suppress(ProcessLookupError):
        os.killpg(backend.worker.pid, signal.SIGKILL)
    backend.worker.wait()


def broker(backend: Backend) -> "redis_client.Redis":
    """Redis as anybody may write to it."""
    return redis_client.Redis(port=backend.redis.port)


def is_alive(backend: Backend) -> bool:
    """Whether the worker's process is there."""
    return backend.worker.poll() is None


def wait_for_end(backend: Backend) -> None:
    """Wait until the worker has ended of itself, by an error that it did not expect."""
    wait_until(lambda: not is_alive(backend), "the worker exits", seconds=20)
    assert "Unrecoverable error" in backend.log.read_text()


def works(backend: Backend) -> bool:
    """Whether another task is done."""
    return is_alive(backend) and backend.result(backend.client.send(new_number())).ok


def unacknowledged(backend: Backend) -> int:
    """Count the messages that some worker has in hand."""
    with broker(backend) as redis:
        return max(int(redis.zcard("unacked_index")), int(redis.hlen("unacked")))


def wait_until_acknowledged(backend: Backend) -> None:
    """Wait until nothing is in anybody's hand."""
    wait_until(lambda: unacknowledged(backend) == 0, "everything is acknowledged", seconds=15)
