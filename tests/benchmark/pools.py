"""Other ways to run it: fewer threads, two processes, prefork, and the open door."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import Any

from phone_verification.kinds import Operation
from tests.benchmark.contenders import ALL, Contender, Who
from tests.benchmark.load import Load
from tests.benchmark.measure import full
from tests.benchmark.report import ratios
from tests.benchmark.rounds import Plan, Say, play
from tests.benchmark.stage import Stage

_OURS = Contender(who=Who.OURS)
_NAIVE = Contender(who=Who.NAIVE)
_WARM_SECONDS, _SECONDS, _MOST_A_SECOND = 3.0, 8.0, 600


def fewer_threads(say: Say) -> dict[str, Any]:
    """Measure all again with half as many threads."""
    plan = replace(Plan(), rounds=1, threads=50, is_paced=False, contenders=ALL)
    told = ratios(play(plan, say), plan.threads)
    for name, value in told.items():
        say(f"{name}: {value:.2f}")
    return told


def other_ways(on: Stage, say: Say) -> dict[str, Any]:
    """Measure sends by one process, by two, by prefork, and through the open door."""
    ways: dict[str, tuple[Contender, int, int, Sequence[str]]] = {
        "one process x 100 threads": (_OURS, 1, 100, ()),
        "two processes x 50 threads": (_OURS, 2, 50, ()),
        # By its own name it is Celery's default, which gives way to the setting `worker_pool`.
        "prefork, 16 processes": (_OURS, 1, 16, ("--pool=processes",)),
        "open door, one x 100 threads": (replace(_OURS, is_open_door=True), 1, 100, ()),
        "naive, two processes x 50 threads": (_NAIVE, 2, 50, ()),
        "naive, prefork, 16 processes": (_NAIVE, 1, 16, ("--pool=processes",)),
    }
    return {name: _way(on, say, name, *way) for name, way in ways.items()}


def _way(
    on: Stage, say: Say, name: str, contender: Contender, processes: int, threads: int, options: Sequence[str]
) -> dict[str, Any]:
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                on.worker(contender.app, threads=threads, name=f"one{number}", options=options)
            )
            for number in range(processes)
        ]
        load = Load(on, contender, int(_MOST_A_SECOND * (_WARM_SECONDS + _SECONDS)))
        pids = [worker.pid for worker in workers]
        measured = asdict(full(load, pids, warm_seconds=_WARM_SECONDS, seconds=_SECONDS))
        load.clear()
    say(
        f"{name:34}{measured['tasks_a_second']:6.0f}/s {measured['cpu_ms_a_task']:6.2f} ms CPU"
        f" {measured['memory_mib']:6.0f} MiB"
    )
    return measured


def one_way(on: Stage, operation: Operation) -> dict[str, Any]:
    """Measure ours once, as the tables are."""
    contender = Contender(who=Who.OURS, operation=operation)
    return _way(on, lambda _: None, "", contender, 1, 100, ())
