"""The fake's clock: it shows a moment and stands still until it is moved."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Clock:
    """A moment in UTC that a test moves."""

    now: datetime

    def after(self, seconds: float) -> datetime:
        """Return the moment so many seconds from now."""
        return self.now + timedelta(seconds=seconds)

    def since(self, then: datetime) -> float:
        """Return the seconds since a moment; negative ones until it."""
        return (self.now - then).total_seconds()
