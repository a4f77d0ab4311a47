"""The picture of the last `make bench`: docs/images/benchmark.png."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl

from tests.benchmark.contenders import NAMES, Who
from tests.benchmark.report import Key, medians
from tests.benchmark.rounds import Round

mpl.use("Agg")

from matplotlib import pyplot as plt

PICTURE: Final = Path(__file__).parents[2] / "docs" / "images" / "benchmark.png"

_COLOURS: Final = {Who.NOTHING: "#b0b7c3", Who.NAIVE: "#d98c5f", Who.OURS: "#3f7d6e"}
_PANELS: Final = (
    ("tasks_a_second", "tasks a second, full\n(more is better)"),
    ("cpu_ms_a_task", "CPU ms a task, worker\n(less is better)"),
    ("p99_ms", "ms added at half load, p99\n(less is better)"),
)


def draw(rounds: Sequence[Round], picture: Path = PICTURE) -> None:
    """Draw the medians, and every round as a dot."""
    figure, axes = plt.subplots(1, len(_PANELS), figsize=(10, 3.6), layout="constrained")
    bars = medians(rounds)
    for axis, (name, title) in zip(axes, _PANELS, strict=True):
        for place, (key, values) in enumerate(bars.items()):
            axis.bar(place, values.get(name, 0), color=_COLOURS[Who(key[0])], width=0.7)
            dots = [one[name] for one in rounds if (one["who"], one["operation"]) == key and name in one]
            axis.plot([place] * len(dots), dots, ".", color="#22272e", markersize=4)
        axis.set_xticks(range(len(bars)), [_label(key) for key in bars], fontsize=8)
        axis.set_title(title, fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle("One worker process, 100 threads, a Twilio of 200 ms, PostgreSQL", fontsize=10)
    handles = [plt.Rectangle((0, 0), 1, 1, color=_COLOURS[who]) for who in Who]
    figure.legend(
        handles, [NAMES[who] for who in Who], loc="outside lower center", ncols=3, fontsize=8, frameon=False
    )
    figure.savefig(picture, dpi=110)
    plt.close(figure)


def _label(key: Key) -> str:
    who, operation = key
    return who if who == Who.NOTHING else f"{who}\n{operation}"
