"""The soak: thousands of wishes, two workers, a random fault every second, and no broken promise."""

import os
import tempfile
from pathlib import Path

import pytest

from phone_verification.kinds import Outcome
from tests.faults.case import Case
from tests.faults.chaos import Chaos
from tests.faults.history import history_of
from tests.faults.judge import keeps_its_promises
from tests.faults.people import crowd, press_again, told_the_truth
from tests.faults.soak import told, unknown_share, write_timeline

SEEDS = [int(seed) for seed in os.environ.get("SOAK_SEEDS", "1").split(",")]
INTENTS = int(os.environ.get("SOAK_INTENTS", "2000"))
FOLDER = Path(os.environ.get("SOAK_FOLDER", tempfile.gettempdir()))


@pytest.mark.parametrize("seed", SEEDS, ids="seed {}".format)
def test_soak(wide_case: Case, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is hit: one text an intent, every run ends, no guess, and the truth on asking again."""
    case, chaos = wide_case, Chaos(wide_case.stage, seed)
    with chaos.breaking():
        unknown = crowd(case, intents=INTENTS, seed=seed, at_once=96, per_second=5)
    write_timeline(case, chaos, FOLDER / f"soak-{seed}.txt")
    share, served = unknown_share(case)
    with capsys.disabled():
        for line in told(case, chaos, unknown=share, served=served, pressed_again=len(unknown)):
            print(line)  # noqa: T201 - a soak is long, its reader wants to know what it hit

    case.stage.phone.remove_fault()
    case.stage.crew.become(2)
    results = press_again(case, unknown)
    lies = [
        press
        for press, result in zip(unknown, results, strict=True)
        if not told_the_truth(case, press, result)
    ]

    keeps_its_promises(case, demands_texts=False)
    assert lies == [], history_of(case, lies[0].number)
    assert share <= 0.02 * served


@pytest.mark.parametrize("mode", ["refuse", "503"])
def test_soak_through_an_outage(wide_case: Case, mode: str) -> None:
    """Of two hundred sends accepted during a minute's outage 99 in 100 end sent, and none is two texts."""
    case = wide_case
    with case.twilio_away(mode):
        for _ in range(200):
            case.send(case.stage.new_number())
            case.lasting(0.3)

    outcomes = [case.result(intent.task_id).outcome for intent in case.intents]

    keeps_its_promises(case, demands_texts=False)
    assert outcomes.count(Outcome.SENT) >= 198
