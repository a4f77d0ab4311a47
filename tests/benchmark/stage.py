"""The stage: a Redis, a PostgreSQL and a Twilio stub of one's own; stopped again, whatever happens.

Lives here: setting up. The database commits as in production: it waits for its disk.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.request import urlopen

from models.database import Database, open_database
from models.schema import upgrade
from tests.postgres import find_binaries, postgres_server, restartable_server
from worker.demo.redis_server import RedisServer, free_port, redis_server
from worker.demo.stage import environment_for
from worker.demo.worker_process import worker_process

_ROOT: Final = Path(__file__).parents[2]

IN_NOBODYS_WAY: Final = {
    # The guard counts and decides as always; no limit of it is met by one sender of thousands of texts.
    "SENDS_AN_HOUR": "10000000",
    "UNVERIFIED_LEAST": "10000000",
    # Nobody else's checks need a thread kept free: both tasks may have all of them.
    "SEND_SLOTS_PERCENT": "100",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a measurement is made on."""

    redis: RedisServer
    database: Database
    stub_url: str
    directory: Path
    environment: dict[str, str]

    @contextmanager
    def worker(
        self, app: str, *, threads: int, name: str = "benchmark", changes: dict[str, str] | None = None
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a worker of `threads` on a Redis that holds nothing."""
        environment = {
            **self.environment,
            "BENCHMARK_THREADS": str(threads),
            "METRICS_PORT": str(free_port()),
            **(changes or {}),
        }
        log = self.directory / f"{name}.log"
        with worker_process(environment, log, name=name, concurrency=threads, app=app) as process:
            yield process

    def tell_stub(self, word: str) -> int:
        """Tell the stub to be `away` or `back`, or nothing; return how often it was called."""
        with urlopen(f"{self.stub_url}/stub/{word}") as answer:  # noqa: S310 - our own
            return int(answer.read().decode().rpartition(":")[2].strip(" }"))


@contextmanager
def stage() -> Iterator[Stage]:
    """Set everything up but the workers."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="benchmark-")))
        redis = stack.enter_context(redis_server())
        binaries = find_binaries()
        if binaries is None:
            url = stack.enter_context(postgres_server())
        else:
            url = stack.enter_context(restartable_server(binaries, is_durable=True)).url
        database = open_database(url)
        stack.callback(database.dispose)
        upgrade(database.engine)
        stub_url = stack.enter_context(_stub())
        environment = environment_for(
            broker_url=redis.url(), result_backend=redis.url(1), database_url=url, simulator_url=stub_url
        )
        yield Stage(
            redis=redis,
            database=database,
            stub_url=stub_url,
            directory=directory,
            environment={**environment, **IN_NOBODYS_WAY},
        )


@contextmanager
def _stub() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmark.twilio_stub"]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split("listening on ")[1].strip() if process.stdout else ""
        finally:
            process.kill()


def settle(seconds: float) -> None:
    """Let what was just started come to rest."""
    time.sleep(seconds)
