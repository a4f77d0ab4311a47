"""The two measurements: as much as goes, and how long one waits at half of that.

Lives here: feeding and reading clocks. A queue is kept short while a worker is full, so that nothing is late
and the sweeper has no reason to ring; the tail, in which threads run dry, is not counted.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final

from tests.benchmark.load import Load
from tests.benchmark.machine import cpu_seconds, family, memory_mib
from worker.demo.waiting import wait_until

_BATCH: Final = 25
_SHORT_QUEUE: Final = 50
_LOOK_SECONDS: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """A worker with all it can do; CPU is the worker's own, of all its processes."""

    tasks_a_second: float
    cpu_ms_a_task: float
    cores: float
    memory_mib: float


def full(load: Load, pids: Sequence[int], *, warm_seconds: float, seconds: float) -> Full:
    """Keep a worker full for some seconds; what it does while it warms up is not counted."""
    members = [member for pid in pids for member in family(pid)]
    _feed(load, warm_seconds)
    begun, finished, cpu = time.monotonic(), load.finished, cpu_seconds(members)
    _feed(load, seconds)
    took, done = time.monotonic() - begun, load.finished - finished
    used = cpu_seconds(members) - cpu
    drain(load)
    return Full(
        tasks_a_second=round(done / took, 1),
        cpu_ms_a_task=round(used / done * 1000, 3),
        cores=round(used / took, 2),
        memory_mib=round(memory_mib(members), 1),
    )


def _feed(load: Load, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if load.waiting < _SHORT_QUEUE:
            load.put(_BATCH)
        else:
            time.sleep(_LOOK_SECONDS)


def drain(load: Load, *, seconds: float = 60) -> None:
    """Wait until all that was put is finished."""
    wait_until(lambda: load.finished == load.put_so_far, "the queue is worked off", seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """From asking to an answer that a caller can see, less the time that Twilio takes."""

    p50_ms: float
    p95_ms: float
    p99_ms: float


def waits(load: Load, *, tasks_a_second: float, seconds: float, twilio_seconds: float) -> Waits:
    """Ask at a steady pace, whatever the answers take, and time each."""
    asked: dict[str, float] = {}
    took: list[float] = []
    begun = time.monotonic()
    count = int(tasks_a_second * seconds)
    put = 0
    while put < count or asked:
        now = time.monotonic()
        due = min(int((now - begun) * tasks_a_second) + 1, count)
        while put < due:
            at = time.monotonic()
            asked.update(dict.fromkeys(load.put(1), at))
            put += 1
        answered = load.answered(list(asked)) if asked else ()
        took.extend(time.monotonic() - asked.pop(task_id) for task_id in answered)
        if now - begun > seconds + 30:
            raise TimeoutError(f"{len(asked)} of {count} tasks were not answered")
        time.sleep(_LOOK_SECONDS)
    cuts = quantiles([(one - twilio_seconds) * 1000 for one in took], n=100)
    return Waits(p50_ms=round(cuts[49], 1), p95_ms=round(cuts[94], 1), p99_ms=round(cuts[98], 1))
