"""A stage for many cases, mended before each, and a new one after a case that broke a promise."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from tests.faults.case import Case
from tests.faults.stage import SCALE, Stage, stage


@dataclass(slots=True)
class Theatre:
    """Holds the stage that is in use."""

    stack: ExitStack = field(default_factory=ExitStack)
    stage: Stage | None = None

    def open(self) -> Stage:
        """Return the stage, set up if there is none."""
        if self.stage is None:
            self.stage = self.stack.enter_context(stage())
        return self.stage

    def close(self) -> None:
        """Tear it down: runs that never ended would disturb the next case."""
        self.stage = None
        self.stack.close()


@pytest.fixture(scope="session")
def theatre() -> Iterator[Theatre]:
    """One stage at a time."""
    theatre = Theatre()
    yield theatre
    theatre.close()


@pytest.fixture
def case(request: pytest.FixtureRequest, theatre: Theatre) -> Iterator[Case]:
    """A case on a stage where all is well, with one worker."""
    stage = theatre.open()
    stage.make_whole()
    failed = request.session.testsfailed
    yield Case(_title(request), stage)
    if request.session.testsfailed > failed:
        theatre.close()


def _title(request: pytest.FixtureRequest) -> str:
    """`test_a_killed_worker[send-before the claim]` is `a killed worker: send-before the claim`."""
    name, _, rest = request.node.name.removeprefix("test_").partition("[")
    title = name.replace("_", " ") + (f": {rest.rstrip(']')}" if rest else "")
    return title if SCALE < 1 else f"{title} (production's times)"
