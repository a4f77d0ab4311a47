"""The stage: a Redis, a PostgreSQL, a Twilio stand-in and workers of one's own, all of them breakable.

Lives here: setting up and mending. What is done on it is `case`'s.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psycopg

from models.database import Database, open_database
from models.schema import upgrade
from phone_verification import VerificationClient
from simulator.client import SimulatorClient
from simulator.process import running as simulator_running
from tasks.figures import Figures
from tests.faults.broker import Broker
from tests.faults.crew import Crew
from tests.faults.timeline import Part, Timeline
from tests.integration.conftest import settings_from
from tests.no_rules import NO_RULES_ENVIRONMENT
from tests.postgres import PostgresServer, find_binaries, restartable_server
from worker.bootstrap import make_client
from worker.demo.redis_server import redis_server
from worker.demo.stage import environment_for
from worker.settings import CallerSettings

SCALE: Final = float(os.environ.get("FAULTS_TIME_SCALE", "0.2"))
"""A fifth of production's times: a call still has 1 s, which a busy machine does not cut short."""

_NUMBERS = count(os.getpid() % 10_000 * 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a case plays on; `scale` multiplies all of production's times."""

    scale: float
    figures: Figures
    settings: CallerSettings
    client: VerificationClient
    phone: SimulatorClient
    simulator_url: str
    database: Database
    postgres: PostgresServer
    broker: Broker
    crew: Crew
    timeline: Timeline

    def seconds(self, production: float) -> float:
        """Return production's seconds as this stage has them."""
        return production * self.scale

    def new_number(self) -> str:
        """Return a number that nobody has used, as a person types it."""
        serial = f"{20_000_000 + next(_NUMBERS) % 70_000_000:08d}"
        return f"010-{serial[:4]}-{serial[4:]}"

    def make_whole(self, workers: int = 1) -> None:
        """Mend everything, and forget what was done."""
        self.phone.reset()
        # Twilio counts by the real minute; all other times are scaled.
        self.phone.switch(attempts_per_minute=round(100 / self.scale))
        self.crew.become(workers)
        self.crew.fled.clear()
        self.timeline.acts.clear()
        self.timeline.absences.clear()

    def restart_database(self, mode: str) -> None:
        """Stop PostgreSQL, `fast` or `immediate`, and start it again."""
        self.timeline.note(f"PostgreSQL {mode} restart")
        self.timeline.fall(Part.DATABASE)
        self.postgres.stop(mode)
        self.postgres.start()
        self.timeline.rise(Part.DATABASE)

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """Keep PostgreSQL stopped."""
        self.timeline.note("PostgreSQL stopped")
        self.timeline.fall(Part.DATABASE)
        self.postgres.stop("fast")
        try:
            yield
        finally:
            self.postgres.start()
            self.timeline.note("PostgreSQL started")
            self.timeline.rise(Part.DATABASE)

    @contextmanager
    def table_locked(self, table: str) -> Iterator[None]:
        """Hold a lock on a whole table from a session of one's own."""
        self.timeline.note(f"{table} locked")
        self.timeline.fall(Part.DATABASE)
        with psycopg.connect(self.plain_url) as session:
            session.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
            session.rollback()
        self.timeline.rise(Part.DATABASE)

    @property
    def plain_url(self) -> str:
        """The database's address for psycopg."""
        return self.postgres.url.replace("+psycopg", "")


@contextmanager
def stage(scale: float = SCALE, *, concurrency: int = 4) -> Iterator[Stage]:
    """Set everything up but the workers, and tear it all down."""
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("the faults need PostgreSQL's own programs (initdb, pg_ctl): install postgresql")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="faults-")))
        timeline = Timeline()
        redis = stack.enter_context(redis_server(appendonly=True))
        postgres = stack.enter_context(restartable_server(binaries))
        simulator_url, phone = stack.enter_context(simulator_running())
        environment = {
            **NO_RULES_ENVIRONMENT,
            # A test that counts or breaks calls counts on making them itself.
            "FOLLOW_DELIVERIES": "false",
            **environment_for(
                broker_url=redis.url(),
                result_backend=redis.url(1),
                database_url=postgres.url,
                simulator_url=simulator_url,
            ),
            "TIME_SCALE": str(scale),
        }
        database = open_database(postgres.url)
        stack.callback(database.dispose)
        upgrade(database.engine)
        settings, figures = settings_from(environment), Figures().scaled(scale)
        client = stack.enter_context(make_client(settings, figures))
        crew = Crew(environment, directory, timeline, concurrency)
        stack.callback(crew.disband)
        yield Stage(
            scale=scale,
            figures=figures,
            settings=settings,
            client=client,
            phone=phone,
            simulator_url=simulator_url,
            database=database,
            postgres=postgres,
            broker=Broker(redis, timeline),
            crew=crew,
            timeline=timeline,
        )
