"""What was asked and what became of it, in full: this is a test tool with invented data."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Entry:
    """One call on a Twilio path; `status` stays None while, or if never, answered."""

    n: int
    at: datetime
    method: str
    path: str
    endpoint: str
    to: str | None
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]
    fault: str | None = None
    processed: bool = False
    processed_at: datetime | None = None
    twilio_status: int | None = None
    twilio_code: int | None = None
    status: int | None = None


@dataclass(slots=True)
class RequestLog:
    """Every call in order of arrival, and how many are under way."""

    entries: list[Entry] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    per_second: dict[int, Counter[str]] = field(default_factory=dict)

    def count(self, endpoint: str, real_second: int) -> None:
        """Count a call in the real second in which it came."""
        self.per_second.setdefault(real_second, Counter())[endpoint] += 1

    @contextmanager
    def under_way(self) -> Iterator[int]:
        """Count a call as long as it is neither answered nor dropped."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield self.in_flight
        finally:
            self.in_flight -= 1
