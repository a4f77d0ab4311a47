"""The laboratory of the settling tests, with the guard's rules as they come."""

from dataclasses import replace

import pytest

from tasks.ceiling import Ceiling
from tasks.rules import GuardSettings, Rules
from tasks.watch import Watch
from tests.integration.settling.conftest import lab as allowing_lab
from tests.integration.settling.lab import Lab

__all__ = ["allowing_lab"]


def under(lab: Lab, settings: GuardSettings) -> Lab:
    """The same laboratory under other rules, as after a restart of the worker."""
    rules = Rules.of(settings)
    services = replace(lab.services, rules=rules, ceiling=Ceiling(rules.of_all), watch=Watch(rules.watch))
    return replace(lab, services=services)


@pytest.fixture
def lab(allowing_lab: Lab) -> Lab:
    """One number, at production's figures and rules."""
    return under(allowing_lab, GuardSettings())
