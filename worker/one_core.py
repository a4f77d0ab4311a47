"""A worker's threads share one core at a time: only one of them holds the interpreter's lock.

Lives here: choosing the core and moving to a freer one. Left to itself the kernel hands the lock from core to
core thousands of times a second, and what a core's caches held is left behind: a third of the processor time
of a busy worker (docs/performance.md). Linux only, and not where Python runs without its lock.
"""

import math
import os
import random
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from celery import bootsteps

from worker.settings import Settings, read_settings

log: Final = structlog.get_logger()

_LOOK_SECONDS: Final = (1.0, 3.0)
"""Drawn anew each time: two workers on one core must not both leave it for the same other one."""

_WORTH_A_MOVE: Final = 0.25

_STAT: Final = Path("/proc/stat")
_THREADS: Final = Path("/proc/self/task")


class OneCore(bootsteps.StartStopStep):
    """Keeps a pool of threads on one core, and looks every few seconds whether another is freer."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **_: Any) -> None:  # noqa: ANN401 - Celery's signature
        super().__init__(worker)
        self._stopping = threading.Event()
        self._cores: list[int] = []

    def include_if(self, worker: Any) -> bool:  # noqa: ANN401 - Celery's signature
        """Only where threads take turns, there is a choice, and nobody objects."""
        is_threads = worker.pool_cls.__module__ == "celery.concurrency.thread"
        if is_threads and _takes_turns() and read_settings(Settings).one_core:
            self._cores = _choice()
        return len(self._cores) > 1

    def start(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - Celery's signature
        """Go to any core; threads that are started later stay where the one is that starts them."""
        core = random.choice(self._cores)  # noqa: S311 - no secret
        if _keep_to({core}):
            log.info("worker.one_core", core=core)
            threading.Thread(target=self._look_around, args=(core,), name="one-core", daemon=True).start()

    def stop(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - Celery's signature
        """Look no more; the process ends where it is."""
        self._stopping.set()

    def _look_around(self, core: int) -> None:
        before: _Look | None = None
        while not self._stopping.wait(random.uniform(*_LOOK_SECONDS)):  # noqa: S311 - no secret
            # A process can be short of descriptors for a moment.
            with suppress(OSError):
                now = _look()
                freer = core if before is None else self._freer(now, before, core)
                if freer != core and not _keep_to({freer}):
                    # Somebody has taken it from us: go where the system lets one.
                    _keep_to(set(self._cores))
                    return
                before, core = now, freer

    def _freer(self, now: "_Look", before: "_Look", core: int) -> int:
        busy = now.busy_since(before)
        # A core that is no more there is as if others had all of it.
        shares = {at: busy.get(at, math.inf) for at in self._cores}
        return freer_core(shares, core, now.own_since(before))


@dataclass(frozen=True, slots=True)
class _Look:
    """Seconds, up to a moment: this process' own, and those that each core was busy."""

    at: float
    own: float
    busy: Mapping[int, float]

    def own_since(self, before: "_Look") -> float:
        """How much of one core this process used, 0 to 1 and above."""
        return (self.own - before.own) / (self.at - before.at)

    def busy_since(self, before: "_Look") -> Mapping[int, float]:
        """How much of each core was used."""
        seconds = self.at - before.at
        return {core: (busy - before.busy.get(core, busy)) / seconds for core, busy in self.busy.items()}


def freer_core(busy: Mapping[int, float], core: int, own: float) -> int:
    """Say which core to be on: another one where that is worth it, by how much others use of each.

    Takes the shares of time, 0 to 1, that each core was busy, and how much of its own the process used.
    """
    others = {**busy, core: max(busy[core] - own, 0)}
    freest = min(others, key=others.__getitem__)
    return freest if others[core] - others[freest] > _WORTH_A_MOVE else core


def _takes_turns() -> bool:
    """Whether Python has its lock: https://docs.python.org/3/howto/free-threading-python.html."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def _choice() -> list[int]:
    """List the cores that this process may use; none where the system does not say."""
    try:
        return sorted(os.sched_getaffinity(0) & _busy_seconds().keys())
    except (AttributeError, OSError):
        return []


def _look() -> _Look:
    return _Look(time.monotonic(), time.process_time(), _busy_seconds())


def _busy_seconds() -> dict[int, float]:
    """Read how long each core was busy since it was started: proc_stat(5)."""
    tick = os.sysconf("SC_CLK_TCK")
    busy = {}
    for line in _STAT.read_text().splitlines():
        name, *counts = line.split()
        if name.startswith("cpu") and name != "cpu":
            user, nice, system, _idle, _waits, *rest = (int(count) for count in counts)
            # Of what follows, the guests' time is in the users' already.
            busy[int(name[3:])] = (user + nice + system + sum(rest[:3])) / tick
    return busy


def _keep_to(cores: set[int]) -> bool:
    """Move all threads; twice, for one that has not moved may start another meanwhile."""
    try:
        for _ in range(2):
            for thread in _THREADS.iterdir():
                with suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread.name), cores)
    except OSError as error:
        log.warning("worker.one_core_refused", error=type(error).__name__)
        return False
    return True
