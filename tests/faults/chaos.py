"""Chaos: a random fault about every second, from a seed, until it is told to stop.

Lives here: the rhythm and the record. A seed repeats the order of faults; the moments they meet are the
machine's.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from models import TaskRun
from phone_verification.kinds import RunState
from tests.faults.breakages import Breakage, next_breakage
from tests.faults.stage import Stage
from tests.faults.timeline import Part


@dataclass(slots=True)
class Chaos:
    """Breaks a stage; `met` counts, for each fault, the runs it found under way, by state."""

    stage: Stage
    seed: int
    times: Counter[str] = field(default_factory=Counter)
    met: dict[str, Counter[str]] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lanes: dict[Part, ThreadPoolExecutor] = field(default_factory=dict)
    _under_way: dict[Part, "Future[object]"] = field(default_factory=dict)

    @contextmanager
    def breaking(self) -> Iterator[None]:
        """Break something about every second; on leaving mend it all, and tell what could not be broken."""
        runner = threading.Thread(target=self._run)
        runner.start()
        try:
            yield
        finally:
            self._stopping.set()
            runner.join()
            for lane in self._lanes.values():
                lane.shutdown(wait=True)
        for breakage in self._under_way.values():
            breakage.result()

    def _run(self) -> None:
        chance = random.Random(self.seed)  # noqa: S311 - must repeat, need not be secret
        while not self._stopping.wait(chance.uniform(0.6, 1.4)):
            self._break(next_breakage(self.stage, chance))
            self._in_turn(Part.WORKERS, self.stage.crew.tend)

    def _break(self, breakage: Breakage) -> None:
        """Parts break side by side; a part that is still broken is left alone."""
        if breakage.part is None:
            self._note(breakage.what)
            breakage.act()
        elif self._in_turn(breakage.part, breakage.act):
            self._note(breakage.what)

    def _in_turn(self, part: Part, act: Callable[[], object]) -> bool:
        """Do something to a part unless something is being done to it; whether it was begun."""
        last = self._under_way.get(part)
        if last is not None and not last.done():
            return False
        if last is not None:
            last.result()
        lane = self._lanes.setdefault(part, ThreadPoolExecutor(1))
        self._under_way[part] = lane.submit(act)
        return True

    def _note(self, what: str) -> None:
        self.times[what] += 1
        query = (
            select(TaskRun.state, func.count()).where(TaskRun.state != RunState.DONE).group_by(TaskRun.state)
        )
        try:
            with self.stage.database.transaction() as connection:
                found = {row[0].value: int(row[1]) for row in connection.execute(query)}
        except SQLAlchemyError:
            found = {"(database away)": 1}
        self.met.setdefault(what, Counter()).update(found)
