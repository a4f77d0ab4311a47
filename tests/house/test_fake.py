"""The fake's figures are the worker's: it cannot import them, so this compares."""

import ast
from inspect import signature
from pathlib import Path

from models.evidence import REPLAYS
from models.records import TRIES
from phone_verification import VerificationClient
from phone_verification.testing import FakeVerificationClient, Limits, checking, verification
from tasks.figures import Figures
from tasks.rules import GuardSettings, Rules
from tests.house.test_imports import EDGES, ROOT, modules
from worker.settings import Settings


def test_the_fakes_limits_are_the_guards() -> None:
    """Every rule of the guard but the watch, with its default."""
    limits, guard = Limits(), GuardSettings()
    rules = {name for name in GuardSettings.model_fields if not name.startswith("unverified_")}

    assert {name: getattr(limits, name) for name in rules - {"resend_waits_seconds"}} == {
        name: getattr(guard, name) for name in rules - {"resend_waits_seconds"}
    }
    assert limits.resend_waits_seconds == Rules.of(guard).resend_waits_seconds
    assert set(Limits.__dataclass_fields__) == rules


def test_the_fakes_figures_are_the_workers() -> None:
    """Tries, replays, lives, deadlines, and for how long a text may be on its way."""
    figures, fields = Figures(), Settings.model_fields
    made = {name: one.default for name, one in signature(FakeVerificationClient).parameters.items()}
    real = {name: one.default for name, one in signature(VerificationClient).parameters.items()}

    assert (verification.TRIES, verification.REPLAYS) == (TRIES, REPLAYS)
    assert made["ttl_seconds"] == fields["verification_ttl_seconds"].default
    assert list(made["allowed_countries"]) == fields["allowed_countries"].default
    assert made["default_region"] == real["default_region"] == fields["default_region"].default
    assert made["send_deadline_seconds"] == real["send_deadline_seconds"] == figures.send_deadline_seconds
    assert made["check_deadline_seconds"] == real["check_deadline_seconds"] == figures.check_deadline_seconds
    assert figures.send_deadline_seconds + figures.quiet_seconds == checking.LANDING_SECONDS


def test_nothing_that_serves_people_knows_the_fake() -> None:
    """Only tests import it."""
    knowing = {
        path.relative_to(ROOT) for package in EDGES for path in modules(package) if "testing" in _named(path)
    }

    assert {path.parent for path in knowing} == {Path("phone_verification/testing")}


def _named(path: Path) -> set[str]:
    """Every part of a name that a module imports from."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return {part for name in names for part in name.split(".")}
