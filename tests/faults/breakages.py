"""What chaos may break, how often, and how each is mended.

Lives here: one function for each breakage; which comes when is `chaos`'.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.faults.stage import Stage
from tests.faults.timeline import Part

_ENDPOINTS: Final = ("start", "start", "check", "check", "fetch", "attempts")
_CALL_FAULTS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("drop_before", {}),
    ("drop_after", {}),
    ("never_answer", {"processed": True}),
    ("never_answer", {"processed": False}),
    ("process_late", {"seconds": 15}),
    ("process_late", {"seconds": 25}),
    ("delay", {"seconds": 3, "when": "after"}),
    ("status", {"status": 500, "body_form": "html"}),
    ("status", {"status": 502, "body_form": "empty"}),
    ("status", {"status": 503, "processed": True}),
    ("status", {"status": 429, "code": 20429}),
    ("truncated_json", {}),
    ("cut_answer", {}),
    ("wrong_json", {}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """One thing to break; breakages of one part take turns, those of no part are over at once."""

    what: str
    act: Callable[[], object]
    part: Part | None = None


def _call(stage: Stage, chance: random.Random) -> Breakage:
    action, fields = chance.choice(_CALL_FAULTS)
    endpoint = chance.choice(_ENDPOINTS)
    if "seconds" in fields:
        fields = {**fields, "seconds": stage.seconds(fields["seconds"])}
    what = f"{endpoint}: {action.replace('_', ' ')}"

    def act() -> None:
        stage.timeline.note(what, Part.TWILIO)
        stage.phone.fault(action, endpoint, **fields)

    return Breakage(what=what, act=act)


def _worker_killed(stage: Stage, chance: random.Random) -> Breakage:
    def act() -> None:
        stage.crew.tend()
        stage.crew.kill()
        stage.crew.hire()

    return Breakage(what="worker kill -9", act=act, part=Part.WORKERS)


def _worker_frozen(stage: Stage, chance: random.Random) -> Breakage:
    seconds = stage.seconds(chance.uniform(2, 25))

    def act() -> None:
        stage.crew.tend()
        frozen = stage.crew.freeze()
        time.sleep(seconds)
        stage.crew.thaw(frozen)

    return Breakage(what="worker SIGSTOP, SIGCONT", act=act, part=Part.WORKERS)


def _worker_sent_home(stage: Stage, chance: random.Random) -> Breakage:
    def act() -> None:
        stage.crew.tend()
        stage.crew.send_home()
        stage.crew.hire()

    return Breakage(what="worker SIGTERM", act=act, part=Part.WORKERS)


def _redis_restarted(stage: Stage, chance: random.Random) -> Breakage:
    return Breakage(what="Redis killed, restarted", act=stage.broker.restart, part=Part.BROKER)


def _redis_frozen(stage: Stage, chance: random.Random) -> Breakage:
    seconds = stage.seconds(chance.uniform(2, 15))

    def act() -> None:
        with stage.broker.frozen():
            time.sleep(seconds)

    return Breakage(what="Redis SIGSTOP, SIGCONT", act=act, part=Part.BROKER)


def _redis_wiped(stage: Stage, chance: random.Random) -> Breakage:
    return Breakage(what="Redis wiped", act=stage.broker.wipe, part=Part.BROKER)


def _postgres_restarted(stage: Stage, chance: random.Random) -> Breakage:
    mode = chance.choice(("fast", "immediate"))
    what = f"PostgreSQL {mode} restart"
    return Breakage(what=what, act=lambda: stage.restart_database(mode), part=Part.DATABASE)


def _twilio_away(stage: Stage, chance: random.Random) -> Breakage:
    mode, seconds = chance.choice(("503", "refuse")), stage.seconds(chance.uniform(2, 10))

    def act() -> None:
        stage.timeline.note(f"Twilio {mode}", Part.TWILIO)
        stage.timeline.fall(Part.TWILIO)
        stage.phone.outage(mode)
        time.sleep(seconds)
        stage.phone.outage("off")
        stage.timeline.note("Twilio back", Part.TWILIO)
        stage.timeline.rise(Part.TWILIO)

    return Breakage(what=f"Twilio {mode}", act=act, part=Part.TWILIO)


_SHARES: Final[dict[Callable[[Stage, random.Random], Breakage], int]] = {
    _call: 60,
    _worker_killed: 9,
    _worker_frozen: 8,
    _worker_sent_home: 3,
    _redis_restarted: 5,
    _redis_frozen: 4,
    _redis_wiped: 2,
    _postgres_restarted: 5,
    _twilio_away: 4,
}


def next_breakage(stage: Stage, chance: random.Random) -> Breakage:
    """Choose what to break next."""
    (make,) = chance.choices(list(_SHARES), list(_SHARES.values()))
    return make(stage, chance)
