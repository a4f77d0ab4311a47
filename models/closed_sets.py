"""Closed sets that only tables know."""

from enum import StrEnum


class Service(StrEnum):
    """Which Twilio service keeps a verification."""

    VERIFY = "verify"
    MESSAGING = "messaging"


class VerificationStatus(StrEnum):
    """Where a verification stands as far as we know; the values are Twilio's.

    https://www.twilio.com/docs/verify/api/verification
    """

    PENDING = "pending"
    APPROVED = "approved"
    CANCELED = "canceled"
    MAX_ATTEMPTS_REACHED = "max_attempts_reached"
    EXPIRED = "expired"
