"""A stage for many cases, mended before each, and a new one after a case that broke a promise."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Final

import pytest

from tests.faults.case import Case
from tests.faults.record import Record, write
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
    """A case on a stage where all is well, with one worker; its row is written whatever becomes of it."""
    stage = theatre.open()
    stage.make_whole()
    case = Case(title(request.node.name), stage)
    yield case
    if reported(request, case):
        theatre.close()


@pytest.fixture
def wide_case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """A case on a stage of its own, with two workers and room for a crowd."""
    with stage(concurrency=16) as wide:
        wide.make_whole(workers=2)
        # As long as Twilio takes, scaled: faults meet calls under way.
        wide.phone.switch(latency_seconds=0.1)
        case = Case(title(request.node.name), wide)
        yield case
        reported(request, case)


_FAILURES: Final = pytest.StashKey[str]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what a test failed with, for its row: an assertion of its own breaks a case too."""
    report = yield
    if report.failed and call.excinfo is not None:
        item.stash[_FAILURES] = call.excinfo.typename
    return report


def reported(request: pytest.FixtureRequest, case: Case) -> bool:
    """Write a case's row; return whether it failed."""
    failure = request.node.stash.get(_FAILURES, None)
    found = case.record or Record.unjudged(case.name, [act.what for act in case.stage.timeline.acts])
    if failure is not None and not found.broken:
        found = replace(found, broken=[failure])
    write(found)
    return failure is not None


def title(name: str) -> str:
    """`test_a_killed_worker[send-before the claim]` is `a killed worker: send-before the claim`."""
    words, _, rest = name.removeprefix("test_").partition("[")
    told = words.replace("_", " ") + (f": {rest.rstrip(']')}" if rest else "")
    return told if SCALE < 1 else f"{told} (production's times)"
