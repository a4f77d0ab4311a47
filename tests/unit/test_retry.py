"""Retry is a decision: a table of what is waited for, and when it is no use."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    ("away", "jitter", "expected"), [(40, _most, 38), (40, _least, 28), (0.1, _most, 0.5), (None, _most, 0.5)]
)
def test_who_is_turned_away_waits_nearly_as_long_as_it_has_been_away(
    away: float | None, jitter: Callable[[float, float], float], expected: float
) -> None:
    """70 to 95 percent of it, beyond the 20 s of our own waits, and never less than those."""
    assert decide(FIGURES, attempt=1, left_seconds=120, away_seconds=away, jitter=jitter) == RetryIn(expected)


def test_a_wait_that_comes_too_late_is_shortened() -> None:
    """Half a minute is left, a minute would be waited: the last try comes sooner, with time to spare."""
    decision = decide(
        FIGURES, attempt=1, left_seconds=30, least_left_seconds=5, away_seconds=60, jitter=_least
    )

    assert decision == RetryIn((30 - 5 - 5) * 0.9)


def test_twilio_is_never_asked_sooner_than_it_wished() -> None:
    """A wait that was shortened for the deadline is as long as Retry-After at least."""
    decision = decide(FIGURES, attempt=9, left_seconds=20, retry_after_seconds=19, jitter=_least)

    assert decision == RetryIn(19)


@given(
    attempt=st.integers(1, 100),
    left=st.floats(-10, 200),
    least=st.sampled_from([0.0, 5.0]),
    away=st.one_of(st.none(), st.floats(0, 10_000)),
    retry_after=st.one_of(st.none(), st.floats(0, 10_000)),
)
def test_a_wait_always_leaves_time_for_its_call(
    attempt: int, left: float, least: float, away: float | None, retry_after: float | None
) -> None:
    """Whatever is given: before the deadline, and given up only when little is left or Twilio says so."""
    decision = decide(
        FIGURES,
        attempt=attempt,
        left_seconds=left,
        least_left_seconds=least,
        away_seconds=away,
        retry_after_seconds=retry_after,
    )

    if isinstance(decision, RetryIn):
        assert 0 < decision.seconds < left - least
    else:
        assert left < 12 or (retry_after or 0) >= left - least


def test_a_try_that_does_not_fit_is_given_up() -> None:
    """A start needs five seconds: a wait that leaves fewer is no use."""
    assert decide(FIGURES, attempt=4, left_seconds=8.5, least_left_seconds=5, jitter=_most) == GiveUp()
    assert decide(FIGURES, attempt=4, left_seconds=9.5, least_left_seconds=5, jitter=_most) == RetryIn(4)
