"""Other ways to run it: fewer threads, all cores, two processes, prefork, and the open door."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
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
# By its own name it is Celery's default, which gives way to the setting `worker_pool`.
_PREFORK = ("--pool=processes",)
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
    ways = {
        "one process x 100 threads": _Way(),
        "one x 100 threads, on all cores": _Way(settings={"ONE_CORE": "false"}),
        "two processes x 50 threads": _Way(processes=2, threads=50),
        "two x 50 threads, on all cores": _Way(processes=2, threads=50, settings={"ONE_CORE": "false"}),
        "prefork, 16 processes": _Way(threads=16, options=_PREFORK),
        "open door, one x 100 threads": _Way(contender=replace(_OURS, is_open_door=True)),
        "naive, one x 100 threads, on one core": _Way(contender=_NAIVE, settings={"ONE_CORE": "true"}),
        "naive, two processes x 50 threads": _Way(contender=_NAIVE, processes=2, threads=50),
        "naive, prefork, 16 processes": _Way(contender=_NAIVE, threads=16, options=_PREFORK),
    }
    return {name: _measured(on, say, name, way) for name, way in ways.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How many of what, started how."""

    contender: Contender = _OURS
    processes: int = 1
    threads: int = 100
    options: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


def _measured(on: Stage, say: Say, name: str, way: _Way) -> dict[str, Any]:
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                on.worker(
                    way.contender.app,
                    threads=way.threads,
                    name=f"one{number}",
                    options=way.options,
                    settings=way.settings,
                )
            )
            for number in range(way.processes)
        ]
        load = Load(on, way.contender, int(_MOST_A_SECOND * (_WARM_SECONDS + _SECONDS)))
        pids = [worker.pid for worker in workers]
        measured = asdict(full(load, pids, warm_seconds=_WARM_SECONDS, seconds=_SECONDS))
        load.clear()
    say(
        f"{name:38}{measured['tasks_a_second']:5.0f}/s {measured['cpu_ms_a_task']:6.2f} ms CPU"
        f" {measured['memory_mib']:6.0f} MiB"
    )
    return measured


def one_way(on: Stage, operation: Operation) -> dict[str, Any]:
    """Measure ours once, as the tables are."""
    contender = Contender(who=Who.OURS, operation=operation)
    return _measured(on, lambda _: None, "", _Way(contender=contender))
