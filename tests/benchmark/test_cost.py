"""A run costs about what was written down: CPU beside that of a task that does nothing, measured together."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmark.contenders import ALL, Who
from tests.benchmark.report import ratios
from tests.benchmark.rounds import Plan, play

RECORD = Path(__file__).with_name("cost.json")
PLAN = Plan(
    rounds=1,
    warm_seconds=1,
    full_seconds=3,
    is_paced=False,
    contenders=[contender for contender in ALL if contender.who is not Who.NAIVE],
)
_BEYOND = 1.5


def test_a_run_costs_what_was_written_down(capsys: pytest.CaptureFixture[str]) -> None:
    """The ratio is far steadier than milliseconds; only half as much again, twice in a row, fails."""
    recorded = json.loads(RECORD.read_text())

    measured = _measured(_say(capsys))
    if _too_dear(measured, recorded):
        measured = _measured(_say(capsys))

    assert _too_dear(measured, recorded) == {}


def _measured(say: Callable[[str], None]) -> dict[str, float]:
    told = ratios(play(PLAN, say), PLAN.threads)
    costs = {name: value for name, value in told.items() if name.endswith("cpu")}
    for name, value in costs.items():
        say(f"{name}: {value:.2f}")
    return costs


def _too_dear(measured: dict[str, float], recorded: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in measured.items() if value > recorded[name] * _BEYOND}


def _say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}", end="", flush=True)  # noqa: T201 - what CI is to show

    return say
