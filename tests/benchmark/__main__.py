"""`python -m tests.benchmark`: all into results.json and a picture; `quick` in a minute; `full` by hand."""

import json
import sys
from pathlib import Path
from typing import Final

from tests.benchmark.machine import described
from tests.benchmark.report import as_json, ratios, table
from tests.benchmark.rounds import Plan, Round, play

RESULTS: Final = Path(__file__).with_name("results.json")

QUICK: Final = Plan(rounds=1, warm_seconds=1.5, full_seconds=3, paced_seconds=3)
WHOLE: Final = Plan()


def main() -> None:
    """Measure and tell."""
    what = sys.argv[1] if len(sys.argv) > 1 else "whole"
    if what == "full":
        # By itself: it takes long, and nothing else needs it.
        from tests.benchmark.full import play_all  # noqa: PLC0415

        play_all(_say, sys.argv[2:])
        return
    plan = QUICK if what == "quick" else WHOLE
    machine = described()
    _say(f"{machine['cores']} cores, load {machine['load_before']}; threads={plan.threads}, Twilio at 200 ms")
    rounds = play(plan, _say)
    _tell(rounds, plan)
    if what == "whole":
        _keep(rounds, plan, machine)


def _tell(rounds: list[Round], plan: Plan) -> None:
    _say("")
    for line in table(rounds):
        _say(line)
    _say("")
    for name, value in ratios(rounds, plan.threads).items():
        _say(f"{name}: {value:.2f}")


def _keep(rounds: list[Round], plan: Plan, machine: dict[str, object]) -> None:
    from tests.benchmark.plot import PICTURE, draw  # noqa: PLC0415 - matplotlib is an extra of its own

    RESULTS.write_text(json.dumps(as_json(rounds, plan.threads, machine), indent=1) + "\n")
    draw(rounds)
    _say(f"\nkept: tests/benchmark/{RESULTS.name}, docs/images/{PICTURE.name}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
