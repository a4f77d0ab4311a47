"""A worker as its own process, with everything real around it."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import update

from models import Verification
from models.database import Database, open_database
from models.schema import upgrade
from phone_verification import VerificationClient
from phone_verification.database_clock import now_plus
from phone_verification.kinds import PollState, Service
from phone_verification.results import Result
from simulator.client import SimulatorClient
from tasks.figures import Figures
from tests.no_rules import NO_RULES_ENVIRONMENT
from tests.postgres import fresh_database
from worker.bootstrap import make_client
from worker.demo.redis_server import RedisServer
from worker.demo.stage import environment_for
from worker.demo.worker_process import worker_process
from worker.settings import CallerSettings

_NUMBERS = count(1000)
FIGURES = Figures()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A web backend's view: a client, the person's phone, and what was left in the database."""

    client: VerificationClient
    phone: SimulatorClient
    database: Database
    redis: RedisServer
    environment: dict[str, str]
    log: Path
    worker: subprocess.Popen[bytes]
    number: str = "010-1234-5678"

    @property
    def is_messaging(self) -> bool:
        """Whether the worker makes its codes itself."""
        return self.environment.get("VERIFICATION_SERVICE") == "messaging"

    @property
    def e164(self) -> str:
        """The number as Twilio is told it."""
        return "+82" + self.number.replace("-", "")[1:]

    @property
    def start(self) -> str:
        """By which call a text is asked for, as the stand-in names it."""
        return "message" if self.is_messaging else "start"

    def let_codes_expire(self) -> None:
        """Let ten minutes pass for whoever made the codes: Twilio, or the database."""
        self.phone.advance(601)
        with self.database.transaction() as connection:
            own = Verification.service == Service.MESSAGING
            connection.execute(update(Verification).where(own).values(expires_at=now_plus(-1)))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the worker stand still for a while."""
        os.killpg(self.worker.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.worker.pid, signal.SIGCONT)

    def result(self, task_id: str, *, within: float = 20) -> Result:
        """Wait for a task's result."""
        status = self.client.wait(task_id, timeout_seconds=within)
        assert status.state is PollState.DONE, f"{status}\n{self.log.read_text()[-3000:]}"
        assert status.result is not None
        return status.result


def settings_from(environment: dict[str, str]) -> CallerSettings:
    """Read settings from a dictionary instead of this process' environment."""
    return CallerSettings(**{name.lower(): value for name, value in environment.items()})  # type: ignore[arg-type]


@contextmanager
def backend_on(
    database_url: str,
    redis: RedisServer,
    simulator: tuple[str, SimulatorClient],
    directory: Path,
    figures: Figures = FIGURES,
    time_scale: float = 1,
    app: str = "worker",
    changes: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Backend]:
    """Start a worker on a database of its own, and stand beside it as a web backend."""
    environment = {
        **environment_for(
            broker_url=redis.url(),
            result_backend=redis.url(1),
            database_url=database_url,
            simulator_url=simulator[0],
        ),
        **{name.upper(): str(getattr(figures, name)) for name in figures.model_fields_set},
        **NO_RULES_ENVIRONMENT,
        # A test that counts or breaks calls counts on making them itself.
        "FOLLOW_DELIVERIES": "false",
        "TIME_SCALE": str(time_scale),
        **changes,
    }
    database = open_database(database_url)
    upgrade(database.engine)
    log = directory / "worker.log"
    with (
        worker_process(environment, log, name="test", concurrency=4, app=app) as process,
        make_client(settings_from(environment), figures.scaled(time_scale)) as client,
    ):
        yield Backend(
            client=client,
            phone=simulator[1],
            database=database,
            redis=redis,
            environment=environment,
            log=log,
            worker=process,
            # One stand-in serves several workers of a session: none may take another's text for its own.
            number=_new_number(),
        )
    database.dispose()


MESSAGING = "postgresql, messaging"
"""A worker that makes its codes itself and texts them; `each_service` asks for it too."""

each_service = pytest.mark.parametrize(
    "shared_backend", ["sqlite", "postgresql", MESSAGING], indirect=True, scope="session"
)
only_messaging = pytest.mark.parametrize("shared_backend", [MESSAGING], indirect=True, scope="session")
_CHANGES = {MESSAGING: {"VERIFICATION_SERVICE": "messaging", "TWILIO_VERIFY_SERVICE_SID": ""}}


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_backend(
    request: pytest.FixtureRequest,
    shared_redis: RedisServer,
    simulator_server: tuple[str, SimulatorClient],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Backend]:
    """One worker for all tests that leave it as it was, on each kind of database."""
    directory = tmp_path_factory.mktemp(request.param.partition(",")[0])
    with ExitStack() as stack:
        url = f"sqlite:///{directory}/test.db"
        if request.param != "sqlite":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres")))
        changes = _CHANGES.get(request.param, {})
        yield stack.enter_context(backend_on(url, shared_redis, simulator_server, directory, changes=changes))


@pytest.fixture
def backend(shared_backend: Backend) -> Backend:
    """A web backend beside a running worker, with a number that nobody has used."""
    shared_backend.phone.reset()
    return replace(shared_backend, number=_new_number())


def _new_number() -> str:
    return f"010-{next(_NUMBERS):04d}-5678"
