"""When to look again what became of a lost answer, as a table at production's figures."""

import pytest

from tasks.asked import next_look_seconds
from tasks.figures import Figures

FIGURES = Figures()


def longest(_least: float, most: float) -> float:
    """Jitter that is not."""
    return most


@pytest.mark.parametrize(
    ("since", "left", "expected"),
    [
        pytest.param(2, 118, 4, id="twice as long each time"),
        pytest.param(6, 114, 8, id="and again"),
        pytest.param(14, 106, 16, id="but no longer than the cap"),
        pytest.param(30, 90, 15, id="just when all is quiet"),
        pytest.param(50, 70, 16, id="afterwards the cap"),
        pytest.param(90, 20, 12, id="a last look before the deadline"),
        pytest.param(100, 8.5, 1, id="at once when that is now"),
        pytest.param(115, 3, 1, id="or over"),
    ],
)
def test_the_next_look_comes_when_it_may_tell_something(since: float, left: float, expected: float) -> None:
    """Soon, then rarer, just after the quiet period, and shortly before the deadline."""
    wait = next_look_seconds(FIGURES, since_seconds=since, left_seconds=left, is_first=False, jitter=longest)

    assert wait == expected


@pytest.mark.parametrize("since", [0, 10])
def test_the_first_look_is_taken_soon_however_long_the_call_was(since: float) -> None:
    """A timeout has waited long enough."""
    wait = next_look_seconds(FIGURES, since_seconds=since, left_seconds=100, is_first=True, jitter=longest)

    assert wait == FIGURES.look_first_seconds
