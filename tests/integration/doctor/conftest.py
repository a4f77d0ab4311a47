"""An installation that is well, and a doctor who reads its settings."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from simulator.client import SimulatorClient
from tests.doctor.installation import NUMBER, Installation, installation
from worker.doctor.examination import Examination
from worker.doctor.finding import Finding
from worker.doctor.subject import Subject
from worker.settings import Settings


@pytest.fixture(scope="session")
def shared_installation(
    postgres: str, simulator_server: tuple[str, SimulatorClient], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One for all tests that leave it as it was."""
    with installation(tmp_path_factory.mktemp("doctor"), postgres, simulator_server) as whole:
        yield whole


@pytest.fixture
def whole(shared_installation: Installation) -> Installation:
    """An installation that is well, its account too."""
    shared_installation.put("healthy")
    return shared_installation


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, str]], Subject]:
    """Read settings as the command does, from nothing but these."""

    def read_subject(environment: Mapping[str, str], phone: str | None = NUMBER) -> Subject:
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return Subject.read(phone)

    return read_subject


def examine(subject: Subject, *sections: str) -> list[Finding]:
    """Look at everything, or at some sections only."""
    with Examination(subject) as examination:
        return [
            finding
            for name, section in examination.sections().items()
            if not sections or name in sections
            for finding in section()
        ]


def the(findings: list[Finding], check: str) -> Finding:
    """The one finding of a check."""
    (found,) = [finding for finding in findings if finding.check == check]
    return found
