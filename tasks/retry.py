"""The one owner of retry: a pure decision on a call that certainly did not leave.

Lives here: how long to wait, or that it is no use. Who waits is the row; Celery only rings.
Runs that wait for the same endpoint must not come back at once. A run that is turned away when the endpoint
has been away for `a` comes back when it has been away for 1.7 to 1.95 a: however long an outage was, those
who waited then come back over nearly as long a time, at little more than the rate at which they came.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tasks.figures import Figures

Jitter = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class RetryIn:
    """Ask again after some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further try fits before the deadline."""


def decide(
    figures: Figures,
    *,
    attempt: int,
    left_seconds: float,
    least_left_seconds: float = 0,
    retry_after_seconds: float | None = None,
    away_seconds: float | None = None,
    jitter: Jitter = random.uniform,
) -> RetryIn | GiveUp:
    """Wait as `wait_seconds` says, but sooner when that comes too late, and never sooner than Twilio says.

    `attempt` counts from 1. A wish of Twilio's that is longer than a hop is waited for hop by hop. The last
    try leaves time for a second call's worth of delays; when not even a short wait fits, it is given up.
    """
    fits = left_seconds - least_left_seconds
    wait = wait_seconds(figures, attempt=attempt, away_seconds=away_seconds, jitter=jitter)
    # Nearly as late as it can be: more tries on the way would be more calls in the second after an outage.
    last = fits - max(least_left_seconds, figures.last_wait_seconds)
    if wait > last >= figures.last_wait_seconds:
        wait = last * jitter(0.9, 1)
    if retry_after_seconds is not None:
        if retry_after_seconds >= fits:
            return GiveUp()
        wait = max(wait, min(retry_after_seconds, figures.retry_after_hop_seconds))
    return RetryIn(wait) if wait < fits else GiveUp()


def wait_seconds(
    figures: Figures, *, attempt: int, away_seconds: float | None, jitter: Jitter = random.uniform
) -> float:
    """Return 50 to 100 % of 0.5 s · 2^n, at most 20 s; or 70 to 95 % of the time away, if that is longer."""
    doubled = figures.retry_first_seconds * 2.0 ** min(attempt - 1, 16)
    own = min(doubled, figures.retry_cap_seconds) * jitter(0.5, 1)
    return own if away_seconds is None else max(own, away_seconds * jitter(0.7, 0.95))
