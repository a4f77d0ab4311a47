"""Reading single values out of Twilio's JSON and headers: a value, or a clear "this is not one".

Lives here: what answers of every kind share. Both of Twilio's ways to write a time are read: ISO 8601, as
Verify does, and RFC 2822, as the older API and the Date header do.
"""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any


class BrokenBodyError(Exception):
    """A 2xx that does not hold what it must."""


def read_body(text: str) -> dict[str, Any] | None:
    """Read a JSON object; None for anything else."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def read_sid(shape: re.Pattern[str], value: Any) -> str:  # noqa: ANN401 - JSON
    """Read a sid of that shape. Raises BrokenBodyError for anything else."""
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise BrokenBodyError
    return value


def read_text(value: Any) -> str:  # noqa: ANN401 - JSON
    """Read a text that must be there. Raises BrokenBodyError for anything else."""
    if not isinstance(value, str) or not value:
        raise BrokenBodyError
    return value


def read_optional_text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Read a text that may be missing."""
    return value if isinstance(value, str) else None


def read_code(value: Any) -> int | None:  # noqa: ANN401 - JSON
    """Read an error code, which some answers write as a number and some as a text."""
    code = str(value or "")
    return int(code) if re.fullmatch(r"[0-9]{1,9}", code) else None


def read_iso_time(value: Any) -> datetime | None:  # noqa: ANN401 - JSON
    """Read an ISO 8601 time; None when it is none. UTC where no zone is named."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_mail_time(value: Any) -> datetime | None:  # noqa: ANN401 - JSON, or a header
    """Read an RFC 2822 time; None when it is none. UTC where no zone is named."""
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def age_seconds(now: datetime | None, then: datetime | None) -> float | None:
    """Return how long ago that was, never less than nothing; None when either is not known."""
    return None if now is None or then is None else max((now - then).total_seconds(), 0)
