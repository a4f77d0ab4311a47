"""The stage: a Redis, a PostgreSQL and a Twilio stub of one's own; stopped again, whatever happens.

Lives here: setting up. The database commits as in production: it waits for its disk.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class TwilioStub:
    """The stub's process; killed, its address refuses connections, as an outage does."""

    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = [sys.executable, "-m", "tests.benchmark.twilio_stub", str(self.port)]
        self.process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
        if self.process.stdout is None or "listening" not in self.process.stdout.readline():
            raise RuntimeError("the Twilio stub did not start; its error is above")

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def calls(self) -> int:
        """Return how often it was called since it started."""
        with urlopen(f"{self.url}/stub") as answer:  # noqa: S310 - our own
            return int(json.load(answer)["calls"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a measurement is made on."""

    redis: RedisServer
    database: Database
    twilio: TwilioStub
    directory: Path
    environment: dict[str, str]

    @contextmanager
    def worker(
        self,
        app: str,
        *,
        threads: int,
        name: str = "benchmark",
        options: Sequence[str] = (),
        settings: Mapping[str, str] | None = None,
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a worker of so many threads."""
        environment = {
            **self.environment,
            **(settings or {}),
            "BENCHMARK_THREADS": str(threads),
            # Processes that count by themselves have no page to show it on: the worker refuses both together.
            "METRICS_PORT": "0" if options else str(free_port()),
        }
        log = self.directory / f"{name}.log"
        with worker_process(
            environment, log, name=name, concurrency=threads, app=app, options=options
        ) as process:
            yield process


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
        twilio = TwilioStub()
        stack.callback(twilio.kill)
        twilio.start()
        environment = environment_for(
            broker_url=redis.url(), result_backend=redis.url(1), database_url=url, simulator_url=twilio.url
        )
        yield Stage(
            redis=redis,
            database=database,
            twilio=twilio,
            directory=directory,
            environment={**environment, **IN_NOBODYS_WAY},
        )
