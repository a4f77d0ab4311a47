"""The example backend beside a real worker, once for each service that can send a code."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from simulator.client import SimulatorClient
from tests.examples.person import Person
from tests.integration.conftest import Backend, backend_on
from worker.demo.redis_server import redis_server
from worker.demo.web import web_backend

SERVICES = ("verify", "messaging")
SENDS_ALLOWED = 3
_NUMBERS = count(2000)


@dataclass(frozen=True, slots=True)
class Site:
    """A web backend with a page, the worker behind it, and a number that nobody has used."""

    url: str
    worker: Backend
    number: str

    @property
    def phone(self) -> SimulatorClient:
        """Twilio's stand-in."""
        return self.worker.phone

    @property
    def e164(self) -> str:
        """The number as Twilio is told it."""
        return "+82" + self.number.replace("-", "")[1:]

    def code(self) -> str:
        """The code on the phone."""
        code = self.phone.code(self.e164)
        assert code is not None
        return code

    def wrong_codes(self, most: int) -> list[str]:
        """So many codes that are not the one on the phone."""
        return [code for digit in "123456789" if (code := digit * 6) != self.code()][:most]

    def person(self) -> Person:
        """Someone with a browser of their own."""
        return Person(self.url, self.number)


@pytest.fixture(scope="session", params=SERVICES)
def shared_site(
    request: pytest.FixtureRequest,
    simulator_server: tuple[str, SimulatorClient],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """One backend and one worker for all tests that leave them as they were."""
    directory = tmp_path_factory.mktemp(f"web-{request.param}")
    changes = {
        "VERIFICATION_SERVICE": request.param,
        "SENDS_PER_NUMBER_IN_10_MINUTES": str(SENDS_ALLOWED),
    }
    url = f"sqlite:///{directory}/test.db"
    with (
        redis_server() as redis,
        backend_on(url, redis, simulator_server, directory, changes=changes) as worker,
        web_backend(worker.environment, directory / "backend.log") as address,
    ):
        yield Site(address, worker, "")


@pytest.fixture
def site(shared_site: Site) -> Site:
    """The backend, with a fresh simulator and a number that nobody has used."""
    shared_site.phone.reset()
    return Site(shared_site.url, shared_site.worker, f"010-{next(_NUMBERS):04d}-5678")


@pytest.fixture
def person(site: Site) -> Person:
    """Someone at the backend's page."""
    return site.person()
