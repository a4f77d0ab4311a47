"""Where a worker listens, and when it does not."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery.concurrency.prefork import TaskPool as Processes
from celery.concurrency.solo import TaskPool as Solo
from celery.concurrency.thread import TaskPool as Threads

from models.database import open_database
from models.schema import upgrade
from simulator.client import SimulatorClient
from tests.integration.metrics.scrape import scrape
from worker.demo.redis_server import RedisServer, free_port
from worker.demo.stage import environment_for
from worker.demo.worker_process import WorkerDidNotStartError, start_worker, stop
from worker.metrics.step import refuse_processes
from worker.settings import SettingsError


@pytest.fixture
def environment(redis: RedisServer, simulator: tuple[str, SimulatorClient], tmp_path: Path) -> dict[str, str]:
    """The settings of a worker on SQLite."""
    url = f"sqlite:///{tmp_path}/test.db"
    database = open_database(url)
    upgrade(database.engine)
    database.dispose()
    return environment_for(
        broker_url=redis.url(),
        result_backend=redis.url(1),
        database_url=url,
        simulator_url=simulator[0],
    )


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that somebody else listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def is_open(port: int) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as knocking:
        return knocking.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("is_asked", [True, False])
def test_the_endpoint_ends_with_its_process(
    environment: dict[str, str], tmp_path: Path, *, is_asked: bool
) -> None:
    """Told to stop or killed: its threads keep no process alive, and the port is free again."""
    port = free_port()
    worker = start_worker({**environment, "METRICS_PORT": str(port)}, tmp_path / "log")
    try:
        assert scrape(port).has("runs_total")
        if is_asked:
            stop(worker)
        else:
            worker.kill()
        status = worker.wait(timeout=20)
    finally:
        stop(worker)

    assert not is_open(port)
    assert (status == 0) is is_asked


def test_a_taken_port_stops_the_start_and_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    """With what to mend, and no stack."""
    with taken_port() as port, pytest.raises(WorkerDidNotStartError) as refused:
        start_worker({**environment, "METRICS_PORT": str(port)}, tmp_path / "log")

    said = str(refused.value)
    assert f"METRICS_PORT: cannot listen at 127.0.0.1:{port} (Address already in use)" in said
    assert "every worker process of a host needs a port of its own" in said
    assert "Traceback" not in said


def test_a_command_beside_a_worker_opens_nothing(environment: dict[str, str]) -> None:
    """A sweep by hand works although its worker's port is taken."""
    with taken_port() as port:
        swept = subprocess.run(
            [sys.executable, "-m", "worker", "sweep"],
            env={**environment, "METRICS_PORT": str(port)},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=False,
        )

    assert (swept.returncode, swept.stdout) == (0, "freed 0, ended 0, rang for 0\n")


def test_without_a_port_nothing_is_served(environment: dict[str, str], tmp_path: Path) -> None:
    """The default is off."""
    worker = start_worker(environment, tmp_path / "log")
    stop(worker)

    assert "metrics.served" not in (tmp_path / "log").read_text()


def test_processes_that_would_count_apart_are_refused() -> None:
    """Threads and a single one count together; forked children would not be seen."""
    refuse_processes(Threads)
    refuse_processes(Solo)

    with pytest.raises(SettingsError, match="pool=threads"):
        refuse_processes(Processes)
