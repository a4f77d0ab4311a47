"""A Twilio that is away for a minute while five thousand wait: memory, and how they are worked off."""

import time
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import func, select

from models.task_run import TaskRun
from phone_verification.kinds import RunState
from tests.benchmark.contenders import Contender, Who
from tests.benchmark.load import Load
from tests.benchmark.machine import family, memory_mib
from tests.benchmark.measure import drain
from tests.benchmark.rounds import Say
from tests.benchmark.stage import Stage

_WARM: Final = 1_000
_WAITING: Final = 5_000
_AWAY_SECONDS: Final = 60
_PATIENCE_SECONDS: Final = 120
_BATCH: Final = 100


def outage(on: Stage, say: Say) -> dict[str, Any]:
    """Refuse all connections for a minute, accept meanwhile, and watch what follows."""
    warm, load = (Load(on, Contender(who=Who.OURS), count) for count in (_WARM, _WAITING))
    with on.worker("worker", threads=100) as worker:
        members = family(worker.pid)
        warm.put(_WARM)
        drain(warm)
        memory = [memory_mib(members)]
        on.twilio.kill()
        begun = time.monotonic()
        while time.monotonic() - begun < _AWAY_SECONDS:
            if load.put_so_far < _WAITING:
                load.put(_BATCH)
            time.sleep(0.5)
            memory.append(memory_mib(members))
        on.twilio.start()
        say(f"{_AWAY_SECONDS} s away, {load.put_so_far} accepted, {_open(on)} wait")
        back = time.monotonic()
        calls = [0]
        while _open(on) and time.monotonic() - back < _PATIENCE_SECONDS:
            time.sleep(1)
            calls.append(on.twilio.calls())
            memory.append(memory_mib(members))
        drained = time.monotonic() - back
    load.clear()
    told = {
        "drained_seconds": round(drained, 1),
        "most_calls_a_second": max(later - earlier for earlier, later in pairwise(calls)),
        "memory_mib_first": round(memory[0], 1),
        "memory_mib_most": round(max(memory), 1),
        "outcomes": _outcomes(on),
    }
    say(f"{told}")
    return told


def _open(on: Stage) -> int:
    left = on.database.one(select(func.count()).where(TaskRun.state != RunState.DONE), {})
    return 0 if left is None else int(left[0])


def _outcomes(on: Stage) -> dict[str, int]:
    counted = on.database.all(select(TaskRun.outcome, func.count()).group_by(TaskRun.outcome), {})
    return {str(outcome): count for outcome, count in counted}
