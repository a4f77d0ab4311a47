"""The one owner of retry: a pure decision on a call that certainly did not leave.

Lives here: how long to wait, or that it is no use. Who waits is the row; Celery only rings.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tasks.figures import Figures


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
    jitter: Callable[[float, float], float] = random.uniform,
) -> RetryIn | GiveUp:
    """Wait 0.5 s · 2^n with 50 to 100 % of it, or as Twilio says in hops; give up when it does not fit.

    `attempt` counts from 1. A wish of Twilio's that is longer than a hop is waited for hop by hop.
    """
    doubled = figures.retry_first_seconds * 2 ** min(attempt - 1, 16)
    wait = min(doubled, figures.retry_cap_seconds) * jitter(0.5, 1)
    if retry_after_seconds is not None:
        if retry_after_seconds + least_left_seconds >= left_seconds:
            return GiveUp()
        wait = max(wait, min(retry_after_seconds, figures.retry_after_hop_seconds))
    return RetryIn(wait) if wait + least_left_seconds < left_seconds else GiveUp()
