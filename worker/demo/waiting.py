"""Waiting for a condition, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_PAUSE_SECONDS = 0.02


def wait_until(condition: Callable[[], T], what: str, *, seconds: float) -> T:
    """Return the condition's first true value; raise TimeoutError naming what did not come."""
    give_up_at = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(_PAUSE_SECONDS)
