"""What a test may set: open questions about Twilio, presets of numbers, service settings.

Where Twilio's own sources contradict each other the choice is a switch, so that a client can be
tried against every reading. A switch holds a setting, never state.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

_LONGEST_SECONDS = 366 * 86400


class AfterMaxChecks(StrEnum):
    """What the check after the last wrong one is told."""

    TOO_MANY = "429"
    NOT_FOUND = "404"


class StartAfterMaxChecks(StrEnum):
    """Whether a start may follow used-up checks before the verification expires."""

    ALLOWED = "allowed"
    REFUSED = "refused"


class LastWrongCheck(StrEnum):
    """The status in the answer to the wrong check that uses up the last try."""

    PENDING = "pending"
    MAX_ATTEMPTS_REACHED = "max_attempts_reached"


class AnswerForm(StrEnum):
    """Bodies as captured from the live API, or as the published samples write them."""

    CAPTURED = "captured"
    SPEC = "spec"


class Suspension(StrEnum):
    """The three ways in which a suspended account has been described."""

    NOT_ACTIVE = "20005"
    AUTHENTICATE = "20003"
    FORBIDDEN = "20403"


class TrialForm(StrEnum):
    """The two kinds of trial account: https://www.twilio.com/docs/usage/trials."""

    LEGACY = "legacy"
    TEMPLATES = "templates"


class Credentials(StrEnum):
    """What the credentials that everybody holds are at Twilio."""

    VALID = "valid"
    REPLACED = "replaced"
    TEST = "test"


class ProfileStatus(StrEnum):
    """https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles; `none` is no profile."""

    NONE = "none"
    DRAFT = "draft"
    PENDING_REVIEW = "pending-review"
    IN_REVIEW = "in-review"
    REJECTED = "twilio-rejected"
    APPROVED = "twilio-approved"


class PastAttempts(BaseModel):
    """Sends to Korea before this simulator began, which only the Attempts summary knows of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hours_ago: float = Field(gt=0)
    attempts: int = Field(ge=0)
    converted: int = Field(ge=0)


class MessageScript(BaseModel):
    """What becomes of a text to one number, Verify's or one of Messaging.

    The Attempts API reports it at once, Messaging at the end of the message's way.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    message_status: str = "delivered"
    error_code: str | None = Field(default=None, pattern=r"^[0-9]{4,6}$")
    queue_seconds: float | None = Field(default=None, ge=0, le=_LONGEST_SECONDS)


class Switches(BaseModel):
    """All switches with their defaults; a patch is validated as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # The verification's life. Figures: https://www.twilio.com/docs/verify/api/rate-limits-and-timeouts
    ttl_seconds: float = Field(default=600, gt=0)
    min_gap_seconds: float = Field(default=0, ge=0)
    max_sends: int = Field(default=5, ge=1)
    max_checks: int = Field(default=5, ge=1)
    after_max_checks: AfterMaxChecks = AfterMaxChecks.TOO_MANY
    start_after_max_checks: StartAfterMaxChecks = StartAfterMaxChecks.REFUSED
    fifth_wrong_check: LastWrongCheck = LastWrongCheck.PENDING
    resend_resets_checks: bool = False
    resend_updates_date: bool = True

    # The form of answers.
    answer_form: AnswerForm = AnswerForm.CAPTURED
    check_status: int = Field(default=200, ge=200, le=201)
    retry_after_seconds: int | None = Field(default=None, ge=0)
    http_statuses: dict[int, int] = {}

    # Limits on calls.
    status_fetch_limits: bool = True
    attempts_per_minute: int | None = Field(default=100, ge=0)
    max_concurrency: int | None = Field(default=None, ge=0)
    rate_limits_count_refused: bool = False
    latency_seconds: float = Field(default=0, ge=0)

    # The service's own settings.
    friendly_name: str = "Simulator"
    code_length: int = Field(default=6, ge=4, le=10)
    lookup_enabled: bool = False
    skip_sms_to_landlines: bool = False
    custom_code_enabled: bool = False
    disabled_channels: tuple[str, ...] = ("sna",)

    # The account.
    suspended: Suspension | None = None
    review_hold: bool = False
    trial: bool = False
    verified_recipients: tuple[str, ...] = ()
    credentials: Credentials = Credentials.VALID
    key_denied: tuple[str, ...] = ()
    balance: str = Field(default="12.34", pattern=r"^-?\d{1,9}(\.\d{1,9})?$")
    parent_account_sid: str | None = None
    customer_profile: ProfileStatus = ProfileStatus.APPROVED
    service_deleted: bool = False

    # Senders and permissions.
    messaging_service_deleted: bool = False
    messaging_service_has_senders: bool = True
    messaging_validity_period: int = Field(default=600, ge=1, le=36_000)
    sender_countries: tuple[str, ...] = ()
    from_number_owned: bool = True
    from_number_sms: bool = True
    messaging_blocked_countries: tuple[str, ...] = ()
    voice_geo_off: tuple[str, ...] = ()

    # Numbers, each given whole or as a prefix; countries as ISO code or as `+850`.
    landlines: tuple[str, ...] = ()
    opted_out: tuple[str, ...] = ()
    fraud_prefixes: tuple[str, ...] = ()
    blocked_countries: tuple[str, ...] = ()
    safelist: tuple[str, ...] = ()
    invalid_numbers: tuple[str, ...] = ()

    # What the Attempts API tells afterwards; the scripts hold for Messaging too.
    conversion_delay_seconds: float = Field(default=0, ge=0)
    message_scripts: dict[str, MessageScript] = {}
    past_attempts: tuple[PastAttempts, ...] = ()

    # Messaging. A text leaves the queue first; what is reported of it follows in seconds from then on.
    message_queue_seconds: float = Field(default=0, ge=0, le=_LONGEST_SECONDS)
    message_sent_seconds: float = Field(default=1, ge=0, le=_LONGEST_SECONDS)
    message_delivered_seconds: float = Field(default=3, ge=0, le=_LONGEST_SECONDS)
    message_list_delay_seconds: float = Field(default=0, ge=0)
    trial_form: TrialForm = TrialForm.LEGACY

    def patched(self, changes: dict[str, object]) -> "Switches":
        """These switches with some changed; pydantic's ValidationError names what is wrong."""
        return Switches.model_validate({**self.model_dump(), **changes})
