"""Numbers with a fixed code, for those who review an app in a store and have no phone of its country.

Lives here: reading the list, and finding a number's code in it. Such a number is sent nothing; its code is
known to whoever knows the setting, so each ends at a date.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Self

from phone_verification.codes import read_code
from phone_verification.phone_numbers import read_phone_number


class FixedCodeFormatError(ValueError):
    """Raised when the list cannot be read; its text shows no number and no code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedCode:
    """A code that is right through a day, by UTC."""

    code: str = field(repr=False)
    until: date


@dataclass(frozen=True, slots=True)
class FixedCodes:
    """Codes by number, in E.164."""

    by_number: Mapping[str, FixedCode] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `+821000000001:123456:2027-01-31,…`; raise FixedCodeFormatError naming the entry."""
        entries = [entry.strip() for entry in text.split(",") if entry.strip()]
        return cls(dict(_parse(entry, place) for place, entry in enumerate(entries, start=1)))

    def of(self, e164: str, today: date | None = None) -> str | None:
        """Return a number's code, unless it has none or its time is over."""
        found = self.by_number.get(e164)
        return found.code if found and (today or datetime.now(UTC).date()) <= found.until else None


def _parse(entry: str, place: int) -> tuple[str, FixedCode]:
    typed, _, rest = entry.partition(":")
    code, _, until = rest.partition(":")
    number = read_phone_number(typed, "ZZ")
    if number is None or number.e164 != typed:
        raise FixedCodeFormatError(f"entry {place}: not a number in E.164, such as +821000000001")
    if read_code(code) != code or len(code) != _DIGITS:
        raise FixedCodeFormatError(f"entry {place}: its code must have {_DIGITS} digits")
    day = _day(until)
    if day is None:
        raise FixedCodeFormatError(f"entry {place}: its last day must be written as 2027-01-31")
    return number.e164, FixedCode(code=code, until=day)


def _day(text: str) -> date | None:
    """Read a day; None for anything else, and no exception that would repeat what was typed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_DIGITS = 6
