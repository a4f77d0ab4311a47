"""One verification: its code, its sends, its failed checks and how it ends.

pending ──right code, or an update──► approved
├──update──► canceled       ├──used-up checks, then a new start──► max_attempts_reached
└──lifetime over──► expired
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """https://www.twilio.com/docs/verify/api/verification, property `status`."""

    PENDING = "pending"
    APPROVED = "approved"
    CANCELED = "canceled"
    MAX_ATTEMPTS_REACHED = "max_attempts_reached"
    EXPIRED = "expired"


@dataclass(slots=True, kw_only=True)
class SendAttempt:
    """One message that Twilio sent: the `VL…` of the Attempts API."""

    sid: str
    channel: str
    locale: str | None
    at: datetime
    converted_at: datetime | None = None
    visible_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Verification:
    """A `VE…`; its lifetime is fixed at the first send."""

    sid: str
    service_sid: str
    to: str
    channel: str
    code: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    status: Status = Status.PENDING
    failed_checks: int = 0
    checks_used_up: bool = False
    ended_at: datetime | None = None
    amount: str | None = None
    payee: str | None = None
    attempts: list[SendAttempt] = field(default_factory=list)

    def end(self, status: Status, now: datetime) -> None:
        """Leave `pending` for good."""
        self.status = status
        self.updated_at = self.ended_at = now

    def expire_if_due(self, now: datetime) -> None:
        """Nothing happens at Twilio's expiry but that the verification is gone."""
        if self.status is Status.PENDING and now >= self.expires_at:
            self.end(Status.EXPIRED, self.expires_at)
