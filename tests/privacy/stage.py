"""The stage: everything that speaks, up at once, with somebody writing down what it says.

Lives here: a worker with everything turned on, Flower, a caller of each door, and listeners.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from celery import Celery

from simulator.client import SimulatorClient
from tasks.figures import Figures
from tasks.rules import GuardSettings
from tests.flower import ROOT, flower_on
from tests.integration.conftest import Backend, backend_on
from tests.privacy.listener import Listener
from tests.privacy.marks import CODE_LENGTH
from tests.privacy.sinks import Sinks, published
from worker.demo.redis_server import redis_server
from worker.demo.waiting import wait_until
from worker.demo.worker_process import stop

FIGURES = Figures(
    look_first_seconds=0.5,
    retry_first_seconds=0.3,
    turn_seconds=0.5,
    send_slots_percent=100,
    start_budget_seconds=30,
)
"""Waits are shorter than in production, a held call lasts; every slot may hold a send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Both callers, the person's phones, Flower where there is one, and the sinks."""

    backend: Backend
    caller: Celery
    sinks: Sinks
    flower: str = ""

    @property
    def phone(self) -> SimulatorClient:
        """The person's phones."""
        return self.backend.phone

    @property
    def redis_port(self) -> int:
        """Where Redis listens."""
        return self.backend.redis.port


@contextmanager
def stage(
    database_url: str,
    simulator: tuple[str, SimulatorClient],
    directory: Path,
    *,
    log_format: str = "json",
    app: str = "tests.privacy.turned_on",
    changes: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Stage]:
    """Run a worker with everything turned on; what it wrote is kept when it has stopped."""
    sinks, listener = Sinks(), directory / "listener.json"
    environment = {
        "LOG_LEVEL": "DEBUG",
        "LOG_FORMAT": log_format,
        "LISTENER_FILE": str(listener),
        "KOMBU_LOG_CHANNEL": "1",
        **{name.upper(): str(value) for name, value in GuardSettings()},
        **changes,
    }
    simulator[1].switch(code_length=CODE_LENGTH)
    with redis_server(appendonly=True) as redis, published(redis.port, sinks):
        with backend_on(
            database_url, redis, simulator, directory, FIGURES, app=app, changes=environment
        ) as backend:
            caller = Celery(broker=redis.url(), backend=redis.url(1), set_as_current=False)
            caller.conf.task_send_sent_event = True
            yield Stage(backend=backend, caller=caller, sinks=sinks)
            caller.close()
        sinks.keep_file("worker's log", backend.log)
        sinks.keep_file("listener", listener)


@contextmanager
def whole_stage(
    database_url: str,
    simulator: tuple[str, SimulatorClient],
    directory: Path,
    log_format: str,
    changes: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Stage]:
    """Run everything that speaks; what was written to files is kept when all have stopped."""
    with stage(database_url, simulator, directory, log_format=log_format, changes=changes) as smaller:
        environment, sinks = smaller.backend.environment, smaller.sinks
        with (
            _heard_by_the_client(directory / "client.json"),
            _events(environment, directory / "events") as wait_until_heard,
            _flower(environment, directory) as flower,
        ):
            wait_until_heard()
            yield replace(smaller, flower=flower)
        sinks.keep_file("client's log", directory / "client.json")
        sinks.keep_file("celery events", directory / "events")
        sinks.keep_file("Flower's log", directory / "flower.log")
        for path in directory.glob("flower.db*"):
            sinks.keep_file("Flower's database", path)


@contextmanager
def _flower(environment: dict[str, str], directory: Path) -> Iterator[str]:
    database = f"--db={directory / 'flower.db'}"
    options = ("--persistent=True", database, "--logging=debug", "--read_only=False")
    with flower_on(environment, directory / "flower.log", *options, KOMBU_LOG_CHANNEL="1") as url:
        yield url


@contextmanager
def _events(environment: dict[str, str], output: Path) -> Iterator[Callable[[], object]]:
    """Run `celery events --dump`, as an operator may, in our own app; yields how to wait until it hears."""
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "celery", "-A", "worker", "events", "--dump"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=file,
            stderr=file,
        )
        try:
            yield lambda: wait_until(
                lambda: "heartbeat" in output.read_text(), "it hears the worker", seconds=30
            )
        finally:
            stop(process)


@contextmanager
def _heard_by_the_client(path: Path) -> Iterator[None]:
    """Let every logger of this process print all it has, for what the client says of itself."""
    root, engine = logging.getLogger(), logging.getLogger("sqlalchemy.engine")
    levels, listener = (root.level, engine.level), Listener(path)
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    engine.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(listener)
        root.setLevel(levels[0])
        engine.setLevel(levels[1])
