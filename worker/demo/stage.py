"""The stage: Redis, SQLite, a Twilio stand-in and a worker, started on free ports and stopped again."""

import base64
import contextlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from models.database import Database, open_database
from models.schema import upgrade
from phone_verification import VerificationClient
from simulator.client import SimulatorClient
from simulator.process import running as simulator_running
from tasks.figures import Figures
from worker.bootstrap import make_client
from worker.demo.redis_server import redis_server
from worker.demo.worker_process import worker_process
from worker.settings import CallerSettings

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the story plays on."""

    client: VerificationClient
    phone: SimulatorClient
    database: Database
    environment: dict[str, str]
    simulator_url: str
    worker_log: Path


def new_key() -> str:
    """Make a key that lives as long as the demo."""
    return f"demo:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}"


def environment_for(
    *, broker_url: str, result_backend: str, database_url: str, simulator_url: str
) -> dict[str, str]:
    """Write the settings that a worker on the simulator needs."""
    return {
        "CELERY_BROKER_URL": broker_url,
        "CELERY_RESULT_BACKEND": result_backend,
        "DATABASE_URL": database_url,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 31 + "1",
        "TWILIO_AUTH_TOKEN": "simulator-auth-token",
        "TWILIO_VERIFY_SERVICE_SID": "VA" + "0" * 31 + "1",
        "TWILIO_BASE_URL": simulator_url,
        "HMAC_KEYS": new_key(),
        "SEAL_KEYS": new_key(),
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
