"""Counts of calls within sliding windows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile


@dataclass(slots=True)
class CallMeter:
    """When each key was used, as far back as the longest window asked about."""

    uses: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def record(self, key: str, now: datetime) -> None:
        """Count one use."""
        self.uses[key].append(now)

    def within(self, key: str, window: timedelta, now: datetime) -> list[datetime]:
        """The uses of the last `window`, oldest first."""
        recent = takewhile(lambda use: now - window < use, reversed(self.uses[key]))
        return [use for use in recent if use <= now][::-1]

    def is_full(self, key: str, limits: Mapping[timedelta, int], now: datetime) -> bool:
        """Whether one more use would go over any of the limits."""
        return any(len(self.within(key, window, now)) >= most for window, most in limits.items())
