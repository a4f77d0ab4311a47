"""A whole installation: PostgreSQL, a Redis that keeps what it is given, a Twilio stand-in and a worker."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import delete

from models import ProviderCall, SendAttempt, TaskRun, Verification
from models.database import Database, open_database
from models.schema import upgrade
from simulator.client import SimulatorClient
from simulator.console.presets import PRESETS, RATE_LIMIT, AskedWith
from tests.postgres import fresh_database
from worker.demo.redis_server import RedisServer, redis_server
from worker.demo.stage import environment_for
from worker.demo.worker_process import worker_process

ROOT: Final = Path(__file__).parents[2]
NUMBER: Final = "010-1234-5678"
API_KEY: Final = {
    "TWILIO_API_KEY": "SK" + "0" * 31 + "1",
    "TWILIO_API_SECRET": "simulator-api-secret",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Everything that codes depend on, and the settings that lead to it."""

    environment: Mapping[str, str]
    simulator: SimulatorClient
    redis: RedisServer
    database: Database

    def put(self, preset: str) -> dict[str, str]:
        """Put the account into a state; return the settings with the credentials that show it."""
        self.simulator.preset(preset)
        is_key = PRESETS[preset].asked_with is AskedWith.API_KEY
        return {**self.environment, **(API_KEY if is_key else {})}

    def forget_runs(self) -> None:
        """Leave no run behind."""
        with self.database.transaction() as connection:
            for table in (SendAttempt, ProviderCall, Verification, TaskRun):
                connection.execute(delete(table))


@contextmanager
def installation(
    directory: Path, postgres_url: str, simulator: tuple[str, SimulatorClient]
) -> Iterator[Installation]:
    """Set it up, and take it down."""
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(appendonly=True))
        database_url = stack.enter_context(fresh_database(postgres_url))
        database = open_database(database_url)
        stack.callback(database.dispose)
        upgrade(database.engine)
        environment = {
            **environment_for(
                broker_url=redis.url(),
                result_backend=redis.url(1),
                database_url=database_url,
                simulator_url=simulator[0],
            ),
            "TWILIO_INTENT_RATE_LIMIT": RATE_LIMIT,
        }
        stack.enter_context(worker_process(environment, directory / "worker.log", concurrency=4))
        yield Installation(environment=environment, simulator=simulator[1], redis=redis, database=database)


def run_doctor(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing of this process' settings."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "-m", "worker", "doctor", *words],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
