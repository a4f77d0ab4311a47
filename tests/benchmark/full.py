"""What `make bench` leaves out, by hand: half an hour, each part by itself."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.benchmark.caller import caller, start_up
from tests.benchmark.machine import described
from tests.benchmark.million import million
from tests.benchmark.outage import outage
from tests.benchmark.pools import fewer_threads, other_ways
from tests.benchmark.rounds import Say
from tests.benchmark.stage import Stage, stage

RESULTS: Final = Path(__file__).with_name("full.json")

_PARTS: Final[dict[str, Callable[[Stage, Say], dict[str, Any]]]] = {
    "what a caller pays": caller,
    "starting a worker": start_up,
    "other ways to run it": other_ways,
    "an outage of a minute": outage,
    "a million runs": million,
}


def play_all(say: Say, names: list[str]) -> None:
    """Measure each part, or those named, on a stage of its own, and keep what it told."""
    told: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name, part in _PARTS.items():
        if names and name not in names:
            continue
        say(f"\n{name}")
        with stage() as on:
            told[name] = {"machine": described(), **part(on, say)}
        RESULTS.write_text(json.dumps(told, indent=1) + "\n")
    if not names or "fifty threads" in names:
        say("\nfifty threads")
        told["fifty threads"] = {"machine": described(), **fewer_threads(say)}
        RESULTS.write_text(json.dumps(told, indent=1) + "\n")
