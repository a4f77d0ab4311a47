"""Service rate limits: how often a value of the caller's choice may start a verification.

https://www.twilio.com/docs/verify/api/programmable-rate-limits. The window slides here; how
Twilio cuts its windows is not documented.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.verify.meters import CallMeter


@dataclass(slots=True, kw_only=True)
class Bucket:
    """At most `max` starts in `interval` seconds."""

    sid: str
    max: int
    interval: int
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True, kw_only=True)
class RateLimit:
    """A named key with one or more buckets; without any it limits nothing."""

    sid: str
    unique_name: str
    description: str | None
    created_at: datetime
    updated_at: datetime
    buckets: dict[str, Bucket] = field(default_factory=dict)
    uses: CallMeter = field(default_factory=CallMeter)

    def wait_seconds(self, value: str, now: datetime) -> int | None:
        """How long until that value may start again; None if it may now."""
        waits = [self._wait(bucket, value, now) for bucket in self.buckets.values()]
        return max((wait for wait in waits if wait is not None), default=None)

    def _wait(self, bucket: Bucket, value: str, now: datetime) -> int | None:
        window = timedelta(seconds=bucket.interval)
        recent = self.uses.within(value, window, now)
        if len(recent) < bucket.max:
            return None
        frees_at = recent[-bucket.max] + window
        return max(1, math.ceil((frees_at - now).total_seconds()))
