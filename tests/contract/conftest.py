"""The stages that the suites of the client play on."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest
from sqlalchemy import create_engine

from phone_verification.testing import FakeVerificationClient
from simulator.client import SimulatorClient
from tasks.rules import GuardSettings
from tests.contract.stages import FakeStage, RealStage, Stage
from tests.integration.conftest import backend_on
from tests.postgres import fresh_database
from worker.demo.redis_server import redis_server

_NUMBERS = count(1000)
_RULES_AS_THEY_COME = {name.upper(): str(value) for name, value in GuardSettings()}


@pytest.fixture(scope="package", params=["fake", "sqlite", "postgresql"])
def shared_stage(
    request: pytest.FixtureRequest,
    simulator_server: tuple[str, SimulatorClient],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """The fake, and the real client before a worker on each kind of database, all at their defaults."""
    if request.param == "fake":
        engine = create_engine("sqlite://")
        yield FakeStage(FakeVerificationClient(), engine)
        engine.dispose()
        return
    directory = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        url = f"sqlite:///{directory}/contract.db"
        if request.param == "postgresql":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres")))
        redis = stack.enter_context(redis_server())
        backend = backend_on(url, redis, simulator_server, directory, changes=_RULES_AS_THEY_COME)
        yield RealStage(stack.enter_context(backend))


@pytest.fixture
def stage(shared_stage: Stage) -> Iterator[Stage]:
    """A stage on which nothing is broken."""
    yield shared_stage
    shared_stage.end_outage()
    shared_stage.resume()


@pytest.fixture
def number() -> str:
    """A number that nobody has used."""
    return f"010-{next(_NUMBERS):04d}-5678"
