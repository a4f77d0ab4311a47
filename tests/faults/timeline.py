"""What was done to the system, and which part was down when; seconds of the machine's clock.

Lives here: the record of a case's faults. What follows from it is `promises`' to say.
"""

import time
from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """A part that may be away as a whole."""

    DATABASE = "database"
    WORKERS = "workers"
    BROKER = "broker"
    TWILIO = "Twilio"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done, and when."""

    at: float
    what: str
    part: Part | None = None


@dataclass(slots=True)
class Absence:
    """A part that was away; `until` is None while it still is."""

    part: Part
    since: float
    until: float | None = None

    def overlap(self, begin: float, end: float) -> float:
        """Return how many of those seconds it was away."""
        until = end if self.until is None else min(self.until, end)
        return max(0.0, until - max(self.since, begin))


@dataclass(slots=True)
class Timeline:
    """Acts in order, and absences."""

    acts: list[Act] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)

    def note(self, what: str, part: Part | None = None) -> None:
        """Write down what is being done, and to which part."""
        self.acts.append(Act(time.time(), what, part))

    def fall(self, part: Part) -> None:
        """A part goes away, unless it is away already."""
        if not self.is_away(part):
            self.absences.append(Absence(part, time.time()))

    def rise(self, part: Part) -> None:
        """A part is back."""
        for absence in self.absences:
            if absence.part is part and absence.until is None:
                absence.until = time.time()

    def is_away(self, part: Part) -> bool:
        """Whether a part is away now."""
        return any(absence.part is part and absence.until is None for absence in self.absences)

    def away_seconds(self, begin: float, end: float, *parts: Part) -> float:
        """Return how long any of these was away between two moments; two at once count twice."""
        return sum(absence.overlap(begin, end) for absence in self.absences if absence.part in parts)

    def was_touched(self, begin: float, end: float) -> bool:
        """Whether anything was done between two moments, or any part was away."""
        is_away = any(absence.overlap(begin, end) for absence in self.absences)
        return is_away or any(begin <= act.at <= end for act in self.acts)

    def longest_calm(self, part: Part, begin: float, end: float) -> float:
        """Return the longest time between two moments in which a part was there and left alone."""
        calm, edge = 0.0, begin
        stretches = [(act.at, act.at) for act in self.acts if act.part is part]
        stretches += [
            (absence.since, absence.until or end) for absence in self.absences if absence.part is part
        ]
        for since, until in sorted(stretches):
            calm = max(calm, min(since, end) - edge)
            edge = max(edge, until)
        return max(calm, end - edge)
