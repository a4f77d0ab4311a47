"""Rounds: every contender measured once, one after the other, so that a busy machine is busy for all.

Lives here: the order, the pace at half load, and saying what comes of it as it comes. Who begins changes from
round to round. The pace is the same for all in a round: half of what ours does when it is full.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from tests.benchmark.contenders import ALL, Contender, Who
from tests.benchmark.load import Load
from tests.benchmark.measure import Full, full, waits
from tests.benchmark.stage import Stage, stage

Say = Callable[[str], None]
Round = dict[str, Any]
"""One contender in one round: `round`, `who`, `operation`, and the figures of Full and Waits."""

_MOST_A_SECOND: Final = {Who.NOTHING: 1_200, Who.NAIVE: 500, Who.OURS: 500}
_FIRST_PACE: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how often; `is_paced` also measures how long one waits at half load."""

    rounds: int = 3
    threads: int = 100
    warm_seconds: float = 2
    full_seconds: float = 8
    paced_seconds: float = 8
    is_paced: bool = True
    contenders: Sequence[Contender] = ALL


def play(plan: Plan, say: Say) -> list[Round]:
    """Measure every contender in every round; return all that was measured."""
    played: list[Round] = []
    begun, total = time.monotonic(), plan.rounds * len(plan.contenders)
    with stage() as on:
        for number in range(1, plan.rounds + 1):
            for contender in _in_turn(plan.contenders, number):
                measured = _measure(on, plan, contender, _pace(played, contender))
                played.append({"round": number, **measured})
                left = (time.monotonic() - begun) / len(played) * (total - len(played))
                say(f"round {number}  {_line(contender, measured)}   about {left:.0f} s left")
    return played


def _in_turn(contenders: Sequence[Contender], number: int) -> Sequence[Contender]:
    """Let another one begin each time."""
    first = (number - 1) % len(contenders)
    return [*contenders[first:], *contenders[:first]]


def _pace(played: Sequence[Round], contender: Contender) -> float:
    """Return half of what ours did when it was last full, of the same operation."""
    ours = [
        one["tasks_a_second"]
        for one in played
        if one["who"] == Who.OURS and one["operation"] == contender.operation
    ]
    return ours[-1] / 2 if ours else _FIRST_PACE


def _measure(on: Stage, plan: Plan, contender: Contender, pace: float) -> Round:
    with on.worker(contender.app, threads=plan.threads) as worker:
        figures = asdict(_full(on, plan, contender, worker.pid))
        if plan.is_paced:
            load = Load(on, contender, int(pace * plan.paced_seconds) + 1)
            waited = waits(
                load,
                tasks_a_second=pace,
                seconds=plan.paced_seconds,
                twilio_seconds=contender.twilio_seconds,
            )
            load.clear()
            figures |= {"pace": round(pace, 1), **asdict(waited)}
    return {"who": str(contender.who), "operation": str(contender.operation), **figures}


def _full(on: Stage, plan: Plan, contender: Contender, pid: int) -> Full:
    seconds = plan.warm_seconds + plan.full_seconds
    load = Load(on, contender, int(_MOST_A_SECOND[contender.who] * seconds))
    measured = full(load, [pid], warm_seconds=plan.warm_seconds, seconds=plan.full_seconds)
    load.clear()
    return measured


def _line(contender: Contender, measured: Round) -> str:
    return f"{contender.title:8} {measured['tasks_a_second']:6.0f}/s {measured['cpu_ms_a_task']:5.2f} ms CPU"
