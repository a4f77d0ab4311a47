"""Chaos: a random fault about every second, from a seed, one after another for each part.

Lives here: what may be done, how often, and the record of it. All that is random comes from one generator,
so a seed repeats the order of faults; the moments they meet are the machine's.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from models import TaskRun
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


@dataclass(slots=True)
class Chaos:
    """Breaks a stage until told to stop; `hits` counts what each fault met, by state of the runs."""

    stage: Stage
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    hits: dict[str, Counter[str]] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lanes: dict[Part, ThreadPoolExecutor] = field(default_factory=dict)

    def run(self) -> None:
        """Break something about every second."""
        chance = random.Random(self.seed)  # noqa: S311 - must repeat, need not be secret
        while not self._stopping.wait(chance.uniform(0.6, 1.4)):
            (act,) = chance.choices(_ACTS, _WEIGHTS)
            act(self, random.Random(chance.random()))  # noqa: S311 - as above

    def stop(self) -> None:
        """Break nothing more, and mend what is broken."""
        self._stopping.set()
        for lane in self._lanes.values():
            lane.shutdown(wait=True)

    def break_a_call(self, chance: random.Random) -> None:
        """One call of Twilio's goes wrong, in one of many ways."""
        action, fields = chance.choice(_CALL_FAULTS)
        endpoint = chance.choice(_ENDPOINTS)
        if "seconds" in fields:
            fields = {**fields, "seconds": self.stage.seconds(fields["seconds"])}
        self._met(f"{endpoint}: {action.replace('_', ' ')}")
        self.stage.phone.fault(action, endpoint, **fields)

    def kill_a_worker(self, chance: random.Random) -> None:
        """Kill -9, and another is hired."""

        def act() -> None:
            self._met("worker kill -9")
            self.stage.crew.kill()
            self.stage.crew.hire()

        self._in_lane(Part.WORKERS, act)

    def freeze_a_worker(self, chance: random.Random) -> None:
        """SIGSTOP for a while, often past a lease."""
        seconds = self.stage.seconds(chance.uniform(2, 25))

        def act() -> None:
            self._met("worker SIGSTOP, SIGCONT")
            frozen = self.stage.crew.freeze()
            time.sleep(seconds)
            self.stage.crew.thaw(frozen)

        self._in_lane(Part.WORKERS, act)

    def send_a_worker_home(self, chance: random.Random) -> None:
        """SIGTERM under load, and another is hired."""

        def act() -> None:
            self._met("worker SIGTERM")
            self.stage.crew.send_home()
            self.stage.crew.hire()

        self._in_lane(Part.WORKERS, act)

    def restart_redis(self, chance: random.Random) -> None:
        """Kill it and start it from its file."""

        def act() -> None:
            self._met("Redis killed, restarted")
            self.stage.broker.restart()

        self._in_lane(Part.BROKER, act)

    def freeze_redis(self, chance: random.Random) -> None:
        """It answers nobody for a while."""
        seconds = self.stage.seconds(chance.uniform(2, 15))

        def act() -> None:
            self._met("Redis SIGSTOP, SIGCONT")
            with self.stage.broker.frozen():
                time.sleep(seconds)

        self._in_lane(Part.BROKER, act)

    def wipe_redis(self, chance: random.Random) -> None:
        """It forgets everything."""

        def act() -> None:
            self._met("Redis wiped")
            self.stage.broker.wipe()

        self._in_lane(Part.BROKER, act)

    def restart_postgres(self, chance: random.Random) -> None:
        """Fast or immediate."""
        mode = chance.choice(("fast", "immediate"))

        def act() -> None:
            self._met(f"PostgreSQL {mode} restart")
            self.stage.restart_database(mode)

        self._in_lane(Part.DATABASE, act)

    def take_twilio_away(self, chance: random.Random) -> None:
        """All of it, for some seconds."""
        mode, seconds = chance.choice(("503", "refuse")), self.stage.seconds(chance.uniform(2, 10))

        def act() -> None:
            self._met(f"Twilio {mode}")
            self.stage.timeline.fall(Part.TWILIO)
            self.stage.phone.outage(mode)
            time.sleep(seconds)
            self.stage.phone.outage("off")
            self.stage.timeline.rise(Part.TWILIO)

        self._in_lane(Part.TWILIO, act)

    def _met(self, what: str) -> None:
        """Note a fault and in which states it finds the runs."""
        self.done[what] += 1
        self.stage.timeline.note(what)
        query = select(TaskRun.state, func.count()).where(TaskRun.result.is_(None)).group_by(TaskRun.state)
        try:
            with self.stage.database.transaction() as connection:
                found = {row[0].value: int(row[1]) for row in connection.execute(query)}
        except SQLAlchemyError:
            found = {"(database away)": 1}
        self.hits.setdefault(what, Counter()).update(found)

    def _in_lane(self, part: Part, act: Callable[[], None]) -> None:
        """One thing at a time for each part, the parts side by side."""
        lane = self._lanes.setdefault(part, ThreadPoolExecutor(1))
        if lane._work_queue.empty():  # noqa: SLF001 - a busy lane takes one more, not a backlog
            lane.submit(act)


_ACTS: Final[tuple[Callable[[Chaos, random.Random], None], ...]] = (
    Chaos.break_a_call,
    Chaos.kill_a_worker,
    Chaos.freeze_a_worker,
    Chaos.send_a_worker_home,
    Chaos.restart_redis,
    Chaos.freeze_redis,
    Chaos.wipe_redis,
    Chaos.restart_postgres,
    Chaos.take_twilio_away,
)
_WEIGHTS: Final = (60, 9, 8, 3, 5, 4, 2, 5, 4)
