"""The stage: Redis, SQLite, a Twilio stand-in and a worker, started on free ports and stopped again."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from models.database import Database, open_database
from models.schema import upgrade
from phone_verification import VerificationClient
from phone_verification.keys import make_key
from simulator.account import Account
from simulator.client import SimulatorClient
from simulator.process import running as simulator_running
from tasks.figures import Figures
from worker.bootstrap import make_client
from worker.demo.redis_server import redis_server
from worker.demo.worker_process import worker_process
from worker.settings import CallerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the story plays on."""

    client: VerificationClient
    phone: SimulatorClient
    database: Database
    environment: dict[str, str]
    simulator_url: str
    worker_log: Path


def environment_for(
    *, broker_url: str, result_backend: str, database_url: str, simulator_url: str
) -> dict[str, str]:
    """Write the settings that a worker on the simulator needs."""
    account = Account()
    return {
        "CELERY_BROKER_URL": broker_url,
        "CELERY_RESULT_BACKEND": result_backend,
        "DATABASE_URL": database_url,
        "TWILIO_ACCOUNT_SID": account.account_sid,
        "TWILIO_AUTH_TOKEN": account.auth_token,
        "TWILIO_VERIFY_SERVICE_SID": account.service_sid,
        "TWILIO_MESSAGING_SERVICE_SID": account.messaging_service_sid,
        "TWILIO_BASE_URL": simulator_url,
        "HMAC_KEYS": make_key("demo"),
        "SEAL_KEYS": make_key("demo"),
    }


@contextmanager
def stage(say: Callable[[str], None]) -> Iterator[Stage]:
    """Set everything up, saying what; tear it down again, whatever happens."""
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="phone-verification-")))
        redis = stack.enter_context(redis_server())
        say(f"redis-server      {redis.url()}")
        simulator_url, phone = stack.enter_context(simulator_running())
        say(f"Twilio stand-in   {simulator_url}")
        environment = environment_for(
            broker_url=redis.url(),
            result_backend=redis.url(1),
            database_url=f"sqlite:///{directory}/demo.db",
            simulator_url=simulator_url,
        )
        database = open_database(environment["DATABASE_URL"])
        stack.callback(database.dispose)
        upgrade(database.engine)
        say("SQLite database   a file that goes when the demo ends")
        worker_log = directory / "worker.log"
        stack.enter_context(worker_process(environment, worker_log))
        say("Celery worker     8 threads, its log is shown if something breaks")
        settings = CallerSettings(**{name.lower(): value for name, value in environment.items()})  # type: ignore[arg-type]
        client = stack.enter_context(make_client(settings, Figures()))
        yield Stage(
            client=client,
            phone=phone,
            database=database,
            environment=environment,
            simulator_url=simulator_url,
            worker_log=worker_log,
        )
