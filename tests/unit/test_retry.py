"""Retry is a decision: a table of what is waited for, and when it is no use."""

import pytest

from tasks.figures import Figures
from tasks.retry import GiveUp, RetryIn, decide

FIGURES = Figures()


def _most(low: float, high: float) -> float:
    return high


def _least(low: float, high: float) -> float:
    return low


@pytest.mark.parametrize(
    ("attempt", "expected"), [(1, 0.5), (2, 1), (3, 2), (4, 4), (6, 16), (7, 20), (100, 20)]
)
def test_waits_double_up_to_a_cap(attempt: int, expected: float) -> None:
    """0.5 s doubles with each try and stops growing at 20 s."""
    decision = decide(FIGURES, attempt=attempt, left_seconds=120, jitter=_most)

    assert decision == RetryIn(expected)


def test_jitter_takes_at_most_half() -> None:
    """Waits are spread between 50 and 100 percent."""
    assert decide(FIGURES, attempt=3, left_seconds=120, jitter=_least) == RetryIn(1)


@pytest.mark.parametrize(
    ("retry_after", "left", "expected"),
    [
        pytest.param(7, 120, RetryIn(7), id="as Twilio says"),
        pytest.param(45, 120, RetryIn(30), id="in hops"),
        pytest.param(45, 40, GiveUp(), id="longer than anybody waits"),
        pytest.param(0, 120, RetryIn(0.5), id="never sooner than our own wait"),
    ],
)
def test_retry_after_is_heeded_when_it_fits(
    retry_after: float, left: float, expected: RetryIn | GiveUp
) -> None:
    """Twilio's wish is waited for hop by hop, or not at all when it does not fit."""
    decision = decide(FIGURES, attempt=1, left_seconds=left, retry_after_seconds=retry_after, jitter=_most)

    assert decision == expected


def test_a_try_that_does_not_fit_is_given_up() -> None:
    """A start needs five seconds: a wait that leaves fewer is no use."""
    assert decide(FIGURES, attempt=4, left_seconds=8.5, least_left_seconds=5, jitter=_most) == GiveUp()
    assert decide(FIGURES, attempt=4, left_seconds=9.5, least_left_seconds=5, jitter=_most) == RetryIn(4)
