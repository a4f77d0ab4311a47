"""The closed sets of the contract: operations, channels, states, outcomes and error kinds.

Lives here: every word a caller may compare with. What to do and say about an error kind is in
`kind_facts`; Twilio's codes are the gateway's.
Kinds may be added in minor versions, so callers fall back on `fault` and `retryable`.
"""

from enum import StrEnum


class Operation(StrEnum):
    """What a run does."""

    SEND = "send"
    CHECK = "check"
    MESSAGE = "message"

    @property
    def is_sending(self) -> bool:
        """Whether it asks Twilio for a text: such runs share slots, figures, and a number's turns."""
        return self is not Operation.CHECK


class Service(StrEnum):
    """Which of Twilio's services sends a text: Verify makes the code itself, Messaging sends ours."""

    VERIFY = "verify"
    MESSAGING = "messaging"


class Channel(StrEnum):
    """How a code travels; the values are Twilio's.

    https://www.twilio.com/docs/verify/api/verification
    """

    SMS = "sms"
    CALL = "call"
    WHATSAPP = "whatsapp"


class RunState(StrEnum):
    """Where a run stands in its table; `docs/architecture.md` draws the edges."""

    ACCEPTED = "accepted"
    CALLING = "calling"
    WAITING = "waiting"
    AMBIGUOUS = "ambiguous"
    SETTLING = "settling"
    DONE = "done"


class PollState(StrEnum):
    """What a caller who polls is told."""

    NOT_FOUND = "not_found"
    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    DONE = "done"


class Outcome(StrEnum):
    """How a run ended; the first two are the good ones."""

    SENT = "sent"
    APPROVED = "approved"
    REJECTED = "rejected"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def is_ok(self) -> bool:
        """Whether the person got what was asked for."""
        return self in (Outcome.SENT, Outcome.APPROVED)


class Fault(StrEnum):
    """Whose move it is."""

    USER = "user"
    CALLER = "caller"
    OPERATOR = "operator"
    PROVIDER = "provider"


class ErrorKind(StrEnum):
    """Why an outcome is not a good one; closed for version 1 of the contract."""

    INVALID_PHONE_NUMBER = "invalid_phone_number"
    UNSUPPORTED_PHONE_TYPE = "unsupported_phone_type"
    INVALID_CODE = "invalid_code"
    NO_VERIFICATION_RECORD = "no_verification_record"
    VERIFICATION_EXPIRED = "verification_expired"
    ALREADY_VERIFIED = "already_verified"
    MAX_CHECK_ATTEMPTS = "max_check_attempts"
    MAX_SEND_ATTEMPTS = "max_send_attempts"
    RATE_LIMITED = "rate_limited"
    RECIPIENT_OPTED_OUT = "recipient_opted_out"
    COUNTRY_BLOCKED = "country_blocked"
    FRAUD_BLOCKED = "fraud_blocked"
    CHANNEL_UNAVAILABLE = "channel_unavailable"
    RECIPIENT_UNVERIFIED = "recipient_unverified"
    PROVIDER_MISCONFIGURED = "provider_misconfigured"
    PROVIDER_ACCOUNT = "provider_account"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    PROVIDER_ERROR = "provider_error"
    OUTCOME_UNKNOWN = "outcome_unknown"
    INVALID_REQUEST = "invalid_request"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    INTERNAL_ERROR = "internal_error"
