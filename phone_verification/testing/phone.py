"""A phone number as the fake remembers it."""

from dataclasses import dataclass, field
from datetime import datetime

from phone_verification.testing.verification import Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSend:
    """A send that counts against the limits."""

    at: datetime
    client_ref: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedGuess:
    """A wrong code that counts; with a handle and without one are counted apart."""

    at: datetime
    has_handle: bool


@dataclass(slots=True)
class Phone:
    """What was sent to a number, and what was typed for it, oldest first."""

    verifications: list[Verification] = field(default_factory=list)
    sends: list[CountedSend] = field(default_factory=list)
    guesses: list[CountedGuess] = field(default_factory=list)

    def pending(self, now: datetime) -> Verification | None:
        """Return what Twilio has to check for this number."""
        return next((one for one in reversed(self.verifications) if one.is_pending(now)), None)
