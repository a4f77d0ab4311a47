"""States of an account by name: one that is healthy, and each way in which it is not.

Lives here: the table. A preset is switches and rate limits on top of the start; it sets the very switches
that a start or a text obeys, so that whoever reads the console can predict what sending will answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from simulator.verify.rate_limit import Bucket, RateLimit
from simulator.verify.twilio import Twilio

NUMBER = "+821012345678"
"""The phone that presets about a number are about."""

RATE_LIMIT = "intent"
"""The rate limit that a healthy account has: one start in ten minutes for each value."""


class Row(StrEnum):
    """What can be looked at without sending."""

    CREDENTIALS = "credentials"
    TEST_CREDENTIALS = "test credentials"
    FUNDS = "funds"
    TRIAL_RECIPIENTS = "trial recipients"
    COMPLIANCE_PROFILE = "compliance profile"
    VERIFY_SERVICE = "Verify service"
    RATE_LIMITS = "rate-limit names"
    OWN_SENDER = "own sender"
    MESSAGING_SERVICE = "Messaging Service"
    FROM_NUMBER = "From number"
    MESSAGING_GEO = "Messaging geo permissions"
    VOICE_GEO = "Voice geo permissions"
    VERIFY_GEO = "Verify geo permissions and Fraud Guard"
    CONVERSION = "conversion"
    NUMBER = "number"
    LIMITED_KEY = "limited key"


class AskedWith(StrEnum):
    """Which of the account's two ways in shows the state."""

    AUTH_TOKEN = "auth_token"  # noqa: S105 - a name
    API_KEY = "api_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One state; `buckets` are Max and Interval of the rate limit, None where it does not exist."""

    row: Row
    shows: str
    switches: Mapping[str, object] = field(default_factory=dict)
    buckets: tuple[tuple[int, int], ...] | None = ((1, 600),)
    asked_with: AskedWith = AskedWith.AUTH_TOKEN


def apply(twilio: Twilio, preset: Preset) -> None:
    """Put a fresh account into a state."""
    twilio.switches = twilio.switches.patched(dict(preset.switches))
    if preset.buckets is not None:
        twilio.rate_limits[RATE_LIMIT] = _rate_limit(preset.buckets, twilio.clock.now())


def _rate_limit(buckets: tuple[tuple[int, int], ...], now: datetime) -> RateLimit:
    made = [
        Bucket(sid=f"BL{place:032d}", max=most, interval=interval, created_at=now, updated_at=now)
        for place, (most, interval) in enumerate(buckets, start=1)
    ]
    return RateLimit(
        sid=f"RK{1:032d}",
        unique_name=RATE_LIMIT,
        description=None,
        created_at=now,
        updated_at=now,
        buckets={bucket.sid: bucket for bucket in made},
    )


def _row(row: Row, shows: str, **switches: object) -> Preset:
    return Preset(row=row, shows=shows, switches=switches)


_HALF = {"hours_ago": 100, "attempts": 400, "converted": 340}

PRESETS: dict[str, Preset] = {
    "healthy": _row(
        Row.CREDENTIALS,
        "an upgraded account with funds, a profile, a sender and a good conversion",
        past_attempts=[_HALF, {"hours_ago": 5, "attempts": 60, "converted": 50}],
    ),
    "wrong_credentials": _row(Row.CREDENTIALS, "token and secret were replaced", credentials="replaced"),
    "suspended": _row(Row.CREDENTIALS, "the account is not active", suspended="20005"),
    "suspended_as_unknown": _row(
        Row.CREDENTIALS, "suspended, and told as wrong credentials", suspended="20003"
    ),
    "closed": _row(Row.CREDENTIALS, "suspended or closed", suspended="20403"),
    "standard_api_key": Preset(
        row=Row.CREDENTIALS,
        shows="healthy, but an API key does not see the account itself",
        asked_with=AskedWith.API_KEY,
    ),
    "test_credentials": _row(Row.TEST_CREDENTIALS, "the credentials are the test ones", credentials="test"),
    "no_funds": _row(Row.FUNDS, "nothing is left to pay with", balance="-0.02"),
    "low_funds": _row(Row.FUNDS, "enough for a dozen texts", balance="0.91"),
    "subaccount": _row(
        Row.FUNDS, "a subaccount has no balance of its own", parent_account_sid="AC" + "0" * 31 + "9"
    ),
    "trial": _row(
        Row.TRIAL_RECIPIENTS, "a trial that may reach the number", trial=True, verified_recipients=[NUMBER]
    ),
    "trial_unverified": _row(Row.TRIAL_RECIPIENTS, "a trial that may not reach the number", trial=True),
    "no_compliance_profile": _row(
        Row.COMPLIANCE_PROFILE, "upgraded, but nobody is known to own it", customer_profile="none"
    ),
    "profile_in_review": _row(
        Row.COMPLIANCE_PROFILE, "the owner's papers are being looked at", customer_profile="in-review"
    ),
    "wrong_service": _row(Row.VERIFY_SERVICE, "there is no such Verify service", service_deleted=True),
    "short_codes": _row(Row.VERIFY_SERVICE, "codes of four digits", code_length=4),
    "landlines_without_lookup": _row(
        Row.VERIFY_SERVICE, "landlines are skipped, but not looked up", skip_sms_to_landlines=True
    ),
    "custom_codes": _row(Row.VERIFY_SERVICE, "callers may bring their own codes", custom_code_enabled=True),
    "digits_in_name": _row(
        Row.VERIFY_SERVICE, "a name that could be taken for a code", friendly_name="Shop 12345"
    ),
    "missing_rate_limit": Preset(
        row=Row.RATE_LIMITS, shows="there is no rate limit of that name", buckets=None
    ),
    "rate_limit_without_bucket": Preset(
        row=Row.RATE_LIMITS, shows="the rate limit limits nothing", buckets=()
    ),
    "loose_rate_limit": Preset(
        row=Row.RATE_LIMITS, shows="the rate limit lets five starts through", buckets=((5, 600),)
    ),
    "own_sender": _row(Row.OWN_SENDER, "Verify sends from the account's own number", sender_countries=["KR"]),
    "no_messaging_service": _row(
        Row.MESSAGING_SERVICE, "there is no such Messaging Service", messaging_service_deleted=True
    ),
    "no_messaging_senders": _row(
        Row.MESSAGING_SERVICE, "the Messaging Service has no sender", messaging_service_has_senders=False
    ),
    "patient_messaging_service": _row(
        Row.MESSAGING_SERVICE, "a text may wait for ten hours", messaging_validity_period=36_000
    ),
    "number_not_owned": _row(Row.FROM_NUMBER, "the From number is somebody else's", from_number_owned=False),
    "number_without_sms": _row(Row.FROM_NUMBER, "the From number only calls", from_number_sms=False),
    "messaging_geo_off": _row(
        Row.MESSAGING_GEO, "Messaging may not text Korea", messaging_blocked_countries=["KR"]
    ),
    "voice_geo_off": _row(Row.VOICE_GEO, "nobody may call Korea", voice_geo_off=["KR"]),
    "verify_geo_off": _row(
        Row.VERIFY_GEO, "Verify may not send to Korea; no call shows it", blocked_countries=["KR"]
    ),
    "fraud_guard": _row(
        Row.VERIFY_GEO, "Fraud Guard blocks a prefix; no call shows it", fraud_prefixes=[NUMBER[:6]]
    ),
    "conversion_drop": _row(
        Row.CONVERSION,
        "codes are sent and hardly any comes back",
        past_attempts=[_HALF, {"hours_ago": 5, "attempts": 60, "converted": 6}],
    ),
    "invalid_number": _row(Row.NUMBER, "Twilio takes the number for none", invalid_numbers=[NUMBER]),
    "limited_key": Preset(
        row=Row.LIMITED_KEY,
        shows="the API key may do nothing with Verify",
        switches={"key_denied": ["/v2/Services", "/v2/Attempts"]},
        asked_with=AskedWith.API_KEY,
    ),
    "verify_only_key": Preset(
        row=Row.LIMITED_KEY,
        shows="healthy, but the API key may do nothing beyond Verify",
        switches={"key_denied": ["/2010-04-01/", "/v1/", "/v2/PhoneNumbers"]},
        asked_with=AskedWith.API_KEY,
    ),
}
