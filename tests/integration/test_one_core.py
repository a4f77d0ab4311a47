"""A worker's threads share one core at a time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from simulator.client import SimulatorClient
from tests.integration.conftest import Backend, backend_on
from worker.demo.redis_server import redis_server
from worker.demo.stage import environment_for
from worker.demo.waiting import wait_until

ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()

pytestmark = pytest.mark.skipif(len(ALL) < 2, reason="one core, or a system without a choice of cores")


@contextmanager
def working(simulator: tuple[str, SimulatorClient], directory: Path, **changes: str) -> Iterator[Backend]:
    """Run a worker that has worked: its pool has threads."""
    url = f"sqlite:///{directory}/test.db"
    with (
        redis_server() as redis,
        backend_on(url, redis, simulator, directory, changes=changes) as backend,
    ):
        assert backend.result(backend.client.send(backend.number)).ok
        yield backend


def cores(backend: Backend) -> set[frozenset[int]]:
    """Where the threads of a worker may run; the threads that are alike are told once."""
    found = set()
    for thread in Path(f"/proc/{backend.worker.pid}/task").iterdir():
        found.add(frozenset(os.sched_getaffinity(int(thread.name))))
    return found


def kept_to(pid: int) -> set[int]:
    """Where the main thread of a process may run."""
    return os.sched_getaffinity(pid)


def environment_of(simulator_url: str) -> dict[str, str]:
    """What a worker must be told; nothing of it is connected to."""
    return environment_for(
        broker_url="redis://",
        result_backend="redis://",
        database_url="sqlite://",
        simulator_url=simulator_url,
    )


def test_all_threads_are_on_one_core(simulator_server: tuple[str, SimulatorClient], tmp_path: Path) -> None:
    """Those of the pool, too, which were started later."""
    with working(simulator_server, tmp_path) as backend:
        found = cores(backend)

    assert len(found) == 1
    assert [len(core) for core in found] == [1]


MOVING = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from celery.concurrency.thread import TaskPool
from worker import one_core

one_core._STAT, one_core._LOOK_SECONDS = Path(sys.argv[1]), (0.05, 0.1)
worker = SimpleNamespace(pool_cls=TaskPool, steps=[])
step = one_core.OneCore(worker)
assert step.include_if(worker)
step.start(worker)
sys.stdin.read()
"""


def test_a_core_that_others_use_is_left(
    simulator_server: tuple[str, SimulatorClient], tmp_path: Path
) -> None:
    """The kernel may move the others, but not two that each keep to one core."""
    stat = tmp_path / "stat"
    ticks = count(step=1000)

    def use(core: int) -> None:
        busy = next(ticks)
        new = tmp_path / "new"
        new.write_text("".join(f"cpu{at} {busy * (at == core)} 0 0 0 0 0 0 0 0 0\n" for at in ALL))
        new.replace(stat)

    def is_elsewhere(core: int) -> bool:
        use(core)
        return kept_to(process.pid) not in (ALL, {core})

    use(min(ALL))
    with subprocess.Popen(
        [sys.executable, "-c", MOVING, stat],
        env={**os.environ, **environment_of(simulator_server[0])},
        stdin=subprocess.PIPE,
    ) as process:
        try:
            wait_until(lambda: len(kept_to(process.pid)) == 1, "it is kept to a core", seconds=20)
            (first,) = kept_to(process.pid)
            wait_until(lambda: is_elsewhere(first), "it has left for another", seconds=20)
            left_for = kept_to(process.pid)
        finally:
            process.kill()

    assert len(left_for) == 1


def test_who_does_not_want_it_is_left_alone(
    simulator_server: tuple[str, SimulatorClient], tmp_path: Path
) -> None:
    """Somebody else keeps the worker where it belongs."""
    with working(simulator_server, tmp_path, ONE_CORE="false") as backend:
        found = cores(backend)

    assert found == {frozenset(ALL)}
