"""What Twilio's answer means: values, and nothing that could tell a number.

Lives here: the classes of answers and the facts that they told. Must not: decide what a run does next.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from phone_verification.kinds import ErrorKind


class Endpoint(StrEnum):
    """Which of Twilio's calls was made."""

    START = "start"
    CHECK = "check"
    FETCH = "fetch"
    ATTEMPTS = "attempts"
    SERVICE = "service"
    MESSAGE = "message"
    MESSAGES = "messages"
    MESSAGE_FETCH = "message_fetch"
    REACH = "reach"


class AnswerClass(StrEnum):
    """What may be done next: the one thing a caller of the gateway has to look at."""

    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    MAYBE_SENT = "maybe_sent"


class Reason(StrEnum):
    """What happened, in one word, for logs and the audit trail."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNKNOWN_CODE = "unknown_code"
    RATE_LIMITED = "rate_limited"
    MISCONFIGURED = "misconfigured"
    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    DNS = "dns"
    TLS = "tls"
    LEASE_OVER = "lease_over"
    BREAKER_OPEN = "breaker_open"
    READ_TIMEOUT = "read_timeout"
    RESET = "reset"
    HTTP_5XX = "http_5xx"
    GARBAGE = "garbage"
    MISSING_FIELDS = "missing_fields"
    WRONG_ECHO = "wrong_echo"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAttempt:
    """One text or call of a verification (VL…); `age_seconds` by Twilio's own clock."""

    attempt_sid: str
    channel: str
    age_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationFacts:
    """A verification (VE…) as an answer told it; `age_seconds` is the answer's Date less its birth."""

    sid: str
    service_sid: str
    to: str = field(repr=False)
    status: str
    channel: str | None = None
    age_seconds: float | None = None
    created_at: datetime | None = None
    attempts: tuple[SendAttempt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFacts:
    """One entry of the Attempts API; `converted` says that a right code was given, not by whom.

    `age_seconds` by Twilio's own clock.
    """

    attempt_sid: str
    verification_sid: str | None
    to: str | None = field(repr=False)
    converted: bool
    service_sid: str | None = None
    created_at: datetime | None = None
    age_seconds: float | None = None
    message_status: str | None = None
    error_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """The Verify service (VA…) and the options that matter to us."""

    sid: str
    friendly_name: str | None = None
    code_length: int | None = None
    lookup_enabled: bool | None = None
    skip_sms_to_landlines: bool | None = None
    custom_code_enabled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """A message (SM…, MM…) as an answer told it; never its body.

    `is_ours`: made through the API (outbound) for the sender that we send with; `status` is Twilio's word;
    `age_seconds` by Twilio's own clock.
    """

    sid: str
    to: str = field(repr=False)
    status: str
    is_ours: bool
    error_code: int | None = None
    created_at: datetime | None = None
    age_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One call's answer; `kind` says why not, for refusals and for what did not leave.

    `away_seconds` is how long the endpoint has been away, where a breaker knows. `messages` holds one entry
    for a message that was made or fetched, any number for a list.
    """

    endpoint: Endpoint
    answer_class: AnswerClass
    reason: Reason
    duration_seconds: float
    kind: ErrorKind | None = None
    provider_code: int | None = None
    http_status: int | None = None
    retry_after_seconds: float | None = None
    away_seconds: float | None = None
    rate_limit_reached: bool = False
    request_id: str | None = None
    concurrent_requests: int | None = None
    verification: VerificationFacts | None = None
    attempts: tuple[AttemptFacts, ...] = ()
    service: ServiceFacts | None = None
    messages: tuple[MessageFacts, ...] = ()

    @property
    def is_approved(self) -> bool:
        """Whether Twilio said, of the verification we asked about, that the code was right."""
        return (
            self.answer_class is AnswerClass.SUCCEEDED
            and self.verification is not None
            and self.verification.status == "approved"
        )
