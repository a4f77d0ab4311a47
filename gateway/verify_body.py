"""Reading Verify's JSON: facts, or a clear "this is not one".

Lives here: the shapes of answers, in the form that is documented and in the one that is really sent.
"""

import re
from datetime import datetime
from typing import Any, Final

from gateway.answer import AttemptFacts, SendAttempt, ServiceFacts, VerificationFacts
from gateway.fields import (
    BrokenBodyError,
    age_seconds,
    read_code,
    read_iso_time,
    read_mail_time,
    read_optional_text,
    read_sid,
    read_text,
)

_VERIFICATION: Final = re.compile(r"VE[0-9a-fA-F]{32}")
_ATTEMPT: Final = re.compile(r"VL[0-9a-fA-F]{32}")
_CONVERSIONS: Final = ("converted", "unconverted")
_SERVICE: Final = re.compile(r"VA[0-9a-fA-F]{32}")


def read_verification(body: dict[str, Any], date: str | None) -> VerificationFacts:
    """Read a verification; `date` is the answer's own, the only clock its stamps are held against."""
    now, created_at = read_mail_time(date), read_iso_time(body.get("date_created"))
    attempts = body.get("send_code_attempts") or []
    if not isinstance(attempts, list):
        raise BrokenBodyError
    return VerificationFacts(
        sid=read_sid(_VERIFICATION, body.get("sid")),
        service_sid=read_sid(_SERVICE, body.get("service_sid")),
        to=read_text(body.get("to")),
        status=read_text(body.get("status")),
        channel=read_optional_text(body.get("channel")),
        age_seconds=age_seconds(now, created_at),
        created_at=created_at,
        attempts=_send_attempts(attempts, now),
    )


def read_attempts(body: dict[str, Any], date: str | None) -> tuple[AttemptFacts, ...]:
    """Read one page of the Attempts API; `date` is the answer's own."""
    attempts = body.get("attempts")
    if not isinstance(attempts, list):
        raise BrokenBodyError
    now = read_mail_time(date)
    return tuple(_attempt(attempt, now) for attempt in attempts)


def read_service(body: dict[str, Any]) -> ServiceFacts:
    """Read a Verify service."""
    return ServiceFacts(
        sid=read_sid(_SERVICE, body.get("sid")),
        friendly_name=read_optional_text(body.get("friendly_name")),
        code_length=body.get("code_length"),
        lookup_enabled=body.get("lookup_enabled"),
        skip_sms_to_landlines=body.get("skip_sms_to_landlines"),
        custom_code_enabled=body.get("custom_code_enabled"),
    )


def _send_attempts(values: list[Any], now: datetime | None) -> tuple[SendAttempt, ...]:
    """Read the sends, youngest last whatever order they are told in: the youngest answers this intent."""
    moments = [read_iso_time(value.get("time")) for value in values if isinstance(value, dict)]
    known = [moment for moment in moments if moment is not None]
    if len(known) == len(values):
        values = [values[place] for place in sorted(range(len(values)), key=known.__getitem__)]
    return tuple(_send_attempt(value, now) for value in values)


def _send_attempt(value: Any, now: datetime | None) -> SendAttempt:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        raise BrokenBodyError
    return SendAttempt(
        attempt_sid=read_sid(_ATTEMPT, value.get("attempt_sid")),
        channel=(read_optional_text(value.get("channel")) or "").lower(),
        age_seconds=age_seconds(now, read_iso_time(value.get("time"))),
    )


def _attempt(value: Any, now: datetime | None) -> AttemptFacts:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        raise BrokenBodyError
    details = value.get("channel_data")
    details = details if isinstance(details, dict) else {}
    conversion = value.get("conversion_status")
    if conversion not in _CONVERSIONS:
        # Read as "not converted" it would be evidence that nobody gave.
        raise BrokenBodyError
    created_at = read_iso_time(value.get("date_created"))
    return AttemptFacts(
        attempt_sid=read_sid(_ATTEMPT, value.get("sid")),
        verification_sid=read_optional_text(value.get("verification_sid")),
        to=read_optional_text(details.get("to")),
        converted=conversion == "converted",
        service_sid=read_optional_text(value.get("service_sid")),
        created_at=created_at,
        age_seconds=age_seconds(now, created_at),
        message_status=read_optional_text(details.get("message_status")),
        error_code=read_code(details.get("error_code")),
    )
