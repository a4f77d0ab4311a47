"""Reading Twilio's JSON: facts, or a clear "this is not one".

Lives here: the shapes of answers, in the form that is documented and in the one that is really sent.
"""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from gateway.answer import AttemptFacts, SendAttempt, ServiceFacts, VerificationFacts

_VERIFICATION: Final = re.compile(r"VE[0-9a-fA-F]{32}")
_ATTEMPT: Final = re.compile(r"VL[0-9a-fA-F]{32}")
_CONVERSIONS: Final = ("converted", "unconverted")
_SERVICE: Final = re.compile(r"VA[0-9a-fA-F]{32}")


class BrokenBodyError(Exception):
    """A 2xx that does not hold what it must."""


def read_body(text: str) -> dict[str, Any] | None:
    """Read a JSON object; None for anything else."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def read_verification(body: dict[str, Any], date: str | None) -> VerificationFacts:
    """Read a verification; `date` is the answer's own, the only clock its stamps are held against."""
    now, created_at = http_date(date), _moment(body.get("date_created"))
    attempts = body.get("send_code_attempts") or []
    if not isinstance(attempts, list):
        raise BrokenBodyError
    return VerificationFacts(
        sid=_sid(_VERIFICATION, body.get("sid")),
        service_sid=_sid(_SERVICE, body.get("service_sid")),
        to=_text(body.get("to")),
        status=_text(body.get("status")),
        channel=_optional_text(body.get("channel")),
        age_seconds=_age(now, created_at),
        created_at=created_at,
        attempts=_send_attempts(attempts, now),
    )


def read_attempts(body: dict[str, Any], date: str | None) -> tuple[AttemptFacts, ...]:
    """Read one page of the Attempts API; `date` is the answer's own."""
    attempts = body.get("attempts")
    if not isinstance(attempts, list):
        raise BrokenBodyError
    now = http_date(date)
    return tuple(_attempt(attempt, now) for attempt in attempts)


def read_service(body: dict[str, Any]) -> ServiceFacts:
    """Read a Verify service."""
    return ServiceFacts(
        sid=_sid(_SERVICE, body.get("sid")),
        friendly_name=_optional_text(body.get("friendly_name")),
        code_length=body.get("code_length"),
        lookup_enabled=body.get("lookup_enabled"),
        skip_sms_to_landlines=body.get("skip_sms_to_landlines"),
        custom_code_enabled=body.get("custom_code_enabled"),
    )


def http_date(value: str | None) -> datetime | None:
    """Read an answer's Date; None for anything else."""
    try:
        moment = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _send_attempts(values: list[Any], now: datetime | None) -> tuple[SendAttempt, ...]:
    """Read the sends, youngest last whatever order they are told in: the youngest answers this intent."""
    moments = [_moment(value.get("time")) for value in values if isinstance(value, dict)]
    known = [moment for moment in moments if moment is not None]
    if len(known) == len(values):
        values = [values[place] for place in sorted(range(len(values)), key=known.__getitem__)]
    return tuple(_send_attempt(value, now) for value in values)


def _send_attempt(value: Any, now: datetime | None) -> SendAttempt:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        raise BrokenBodyError
    return SendAttempt(
        attempt_sid=_sid(_ATTEMPT, value.get("attempt_sid")),
        channel=(_optional_text(value.get("channel")) or "").lower(),
        age_seconds=_age(now, _moment(value.get("time"))),
    )


def _attempt(value: Any, now: datetime | None) -> AttemptFacts:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        raise BrokenBodyError
    details = value.get("channel_data")
    details = details if isinstance(details, dict) else {}
    code = str(details.get("error_code") or "")
    conversion = value.get("conversion_status")
    if conversion not in _CONVERSIONS:
        # Read as "not converted" it would be evidence that nobody gave.
        raise BrokenBodyError
    created_at = _moment(value.get("date_created"))
    return AttemptFacts(
        attempt_sid=_sid(_ATTEMPT, value.get("sid")),
        verification_sid=_optional_text(value.get("verification_sid")),
        to=_optional_text(details.get("to")),
        converted=conversion == "converted",
        service_sid=_optional_text(value.get("service_sid")),
        created_at=created_at,
        age_seconds=_age(now, created_at),
        message_status=_optional_text(details.get("message_status")),
        error_code=int(code) if re.fullmatch(r"[0-9]{1,9}", code) else None,
    )


def _sid(shape: re.Pattern[str], value: Any) -> str:  # noqa: ANN401 - JSON
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise BrokenBodyError
    return value


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    if not isinstance(value, str) or not value:
        raise BrokenBodyError
    return value


def _optional_text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    return value if isinstance(value, str) else None


def _moment(value: Any) -> datetime | None:  # noqa: ANN401 - JSON
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _age(now: datetime | None, then: datetime | None) -> float | None:
    return None if now is None or then is None else max((now - then).total_seconds(), 0)
