"""What the rounds say together: medians, ratios, and a table that fits a terminal.

Lives here: pure functions on rounds. A ratio is taken within each round, where both had the same machine, and
the median of those is told: the ratio of two medians could be of two different moments.
"""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, Final

from tests.benchmark.contenders import NAMES, Who
from tests.benchmark.rounds import Round

_FIGURES: Final = ("tasks_a_second", "cpu_ms_a_task", "cores", "memory_mib", "p50_ms", "p95_ms", "p99_ms")
_PAIRS: Final = ((Who.OURS, Who.NAIVE), (Who.OURS, Who.NOTHING))

Key = tuple[str, str]


def medians(rounds: Sequence[Round]) -> dict[Key, dict[str, float]]:
    """Return the median of each figure, by who and operation."""
    keys = dict.fromkeys((one["who"], one["operation"]) for one in rounds)
    return {key: _median_of([one for one in rounds if _key(one) == key]) for key in keys}


def _key(one: Round) -> Key:
    return one["who"], one["operation"]


def _median_of(rounds: Sequence[Round]) -> dict[str, float]:
    return {name: median(one[name] for one in rounds) for name in _FIGURES if name in rounds[0]}


def ratio(rounds: Sequence[Round], above: Who, below: Who, operation: str, figure: str) -> float | None:
    """Return the median over the rounds of one's figure by another's; None where one was not measured."""
    ratios = [
        _figure(ours, figure) / _figure(other, figure)
        for ours in rounds
        for other in rounds
        if (ours["who"], ours["operation"]) == (above, operation)
        and other["who"] == below
        # Doing nothing is the same for both operations.
        and (below is Who.NOTHING or other["operation"] == operation)
        and other["round"] == ours["round"]
    ]
    return median(ratios) if ratios else None


def _figure(one: Round, figure: str) -> float:
    return float(one[figure])


def ratios(rounds: Sequence[Round], threads: int) -> dict[str, float]:
    """Return throughputs (more is better) and CPU a task (less is) by each other, under their names."""
    told: dict[str, float] = {}
    for operation in ("send", "check"):
        for above, below in _PAIRS:
            for figure, suffix in (("tasks_a_second", ""), ("cpu_ms_a_task", " cpu")):
                value = ratio(rounds, above, below, operation, figure)
                if value is not None:
                    told[f"{above}/{below} {operation} threads={threads}{suffix}"] = round(value, 2)
    return told


def table(rounds: Sequence[Round]) -> Iterator[str]:
    """Write the medians, a contender a line."""
    yield "                            tasks  CPU ms   added ms at half load    RSS"
    yield "                             a s   a task    p50     p95     p99     MiB"
    for (who, operation), figures in medians(rounds).items():
        name = NAMES[Who(who)] + (f", {operation}" if who != Who.NOTHING else "")
        waited = "".join(_cell(figures.get(name)) for name in ("p50_ms", "p95_ms", "p99_ms"))
        yield (
            f"{who} {name:26}{figures['tasks_a_second']:5.0f}{figures['cpu_ms_a_task']:8.2f}"
            f"{waited}{figures['memory_mib']:8.0f}"
        )


def _cell(figure: float | None) -> str:
    return f"{figure:8.1f}" if figure is not None else " " * 7 + "-"


def as_json(rounds: Sequence[Round], threads: int, machine: dict[str, Any]) -> dict[str, Any]:
    """Gather all of it: every round as it was, and what they say together."""
    return {
        "machine": machine,
        "threads": threads,
        "ratios": ratios(rounds, threads),
        "medians": [
            {"who": who, "operation": operation, **figures}
            for (who, operation), figures in medians(rounds).items()
        ],
        "rounds": list(rounds),
    }
