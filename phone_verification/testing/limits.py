"""What the fake allows before it sends or checks: the worker's rules and defaults, as docs/abuse.md has them.

Lives here: pure decisions on ages, in seconds, youngest first. Left out is the watch over who verifies at
all: it only records unless it is told to deny.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

TEN_MINUTES: Final = 600.0
HOUR: Final = 3_600.0
DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is allowed; 0 is no limit, and no waits are no waits."""

    resend_waits_seconds: tuple[float, ...] = (30, 40, 60, 90, 120)
    sends_per_number_in_10_minutes: int = 5
    sends_per_number_a_day: int = 10
    sends_per_client_ref_an_hour: int = 20
    sends_an_hour: int = 5_000
    wrong_codes_per_number_an_hour: int = 10
    wrong_codes_without_handle_in_10_minutes: int = 3

    @classmethod
    def none(cls) -> Self:
        """Allow everything; what Twilio itself allows is still five texts and five tries for a code."""
        return cls(
            resend_waits_seconds=(),
            sends_per_number_in_10_minutes=0,
            sends_per_number_a_day=0,
            sends_per_client_ref_an_hour=0,
            sends_an_hour=0,
            wrong_codes_per_number_an_hour=0,
            wrong_codes_without_handle_in_10_minutes=0,
        )


def number_wait_seconds(limits: Limits, sends: Sequence[float]) -> float:
    """Return how long a number may not be sent to, by the rules that look at the number; 0 when it may."""
    return max(
        _resend_wait_seconds(limits, sends),
        room_wait_seconds(sends, most=limits.sends_per_number_in_10_minutes, window_seconds=TEN_MINUTES),
        room_wait_seconds(sends, most=limits.sends_per_number_a_day, window_seconds=DAY),
    )


def guess_wait_seconds(limits: Limits, guesses: Sequence[float], *, has_handle: bool) -> float:
    """Return how long no code is asked about, by the wrong ones that were asked about the same way."""
    an_hour = room_wait_seconds(guesses, most=limits.wrong_codes_per_number_an_hour, window_seconds=HOUR)
    if has_handle:
        return an_hour
    most = limits.wrong_codes_without_handle_in_10_minutes
    return max(an_hour, room_wait_seconds(guesses, most=most, window_seconds=TEN_MINUTES))


def room_wait_seconds(ages: Sequence[float], *, most: int, window_seconds: float) -> float:
    """Return how long a window that moves with time stays full; 0 when there is room."""
    inside = [age for age in ages if age < window_seconds]
    if not most or len(inside) < most:
        return 0
    return window_seconds - inside[most - 1]


def _resend_wait_seconds(limits: Limits, sends: Sequence[float]) -> float:
    recent, waits = [age for age in sends if age < TEN_MINUTES], limits.resend_waits_seconds
    if not recent or not waits:
        return 0
    return max(waits[min(len(recent), len(waits)) - 1] - recent[0], 0)
