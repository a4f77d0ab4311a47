"""Closed sets that only tables know."""

from enum import StrEnum


class VerificationStatus(StrEnum):
    """Where a verification stands as far as we know; the values are Twilio's.

    https://www.twilio.com/docs/verify/api/verification
    """

    PENDING = "pending"
    APPROVED = "approved"
    CANCELED = "canceled"
    MAX_ATTEMPTS_REACHED = "max_attempts_reached"
    EXPIRED = "expired"


class GuardRule(StrEnum):
    """What spoke against asking Twilio; docs/abuse.md tells the reasons."""

    RESEND_WAIT = "resend_wait"
    SENDS_PER_NUMBER_IN_10_MINUTES = "sends_per_number_in_10_minutes"
    SENDS_PER_NUMBER_A_DAY = "sends_per_number_a_day"
    SENDS_PER_CLIENT_REF = "sends_per_client_ref"
    SENDS_AN_HOUR = "sends_an_hour"
    WRONG_CODES_PER_NUMBER = "wrong_codes_per_number"
    UNVERIFIED_COUNTRY = "unverified_country"
    UNVERIFIED_NUMBER_BLOCK = "unverified_number_block"
