"""Phone numbers: what a person typed becomes E.164, or a classified no.

Lives here: reading, masking and judging a number. Must not: ask anybody about it.
`phonenumbers` accepts more than a text can reach, so today's Korean mobiles have a rule of their own:
010 and eight digits (010 123 4567 is "valid" to the library, and so are the closed prefixes 011 to 019).
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from phone_verification.kinds import Channel, ErrorKind

_TYPED: Final = re.compile(r"\+?[0-9 ()./\-]{2,40}")
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))  # noqa: RUF001 - people type these
_KOREAN_MOBILE: Final = re.compile(r"\+8210\d{8}")

_TEXTABLE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_CALLABLE: Final = _TEXTABLE | {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP}
_SHOWN_DIGITS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    """A number that can be dialled; its repr shows the masked form only."""

    e164: str = field(repr=False)
    country: str
    line_type: int

    @property
    def masked(self) -> str:
        """Country code and last four digits, as results and tables show it: +82*****5678.

        Of a number with fewer than eight digits half are shown: in Tokelau, four would be all of it.
        """
        calling_code = str(phonenumbers.country_code_for_region(self.country) or "")
        national = self.e164.removeprefix(f"+{calling_code}")
        shown = min(_SHOWN_DIGITS, len(national) // 2)
        return f"+{calling_code}*****{national[-shown:]}"


def read_phone_number(typed: str, default_region: str) -> PhoneNumber | None:
    """Read what a person typed, e.g. 010-1234-5678 in region KR; None when it is no valid number."""
    text = unicodedata.normalize("NFKC", typed[:64]).translate(_DASHES).strip()
    if len(typed) > len(typed[:64]) or not _TYPED.fullmatch(text):
        return None
    try:
        parsed = phonenumbers.parse(text, default_region)
    except phonenumbers.NumberParseException:
        return None
    country = phonenumbers.region_code_for_number(parsed)
    if country is None or not phonenumbers.is_valid_number(parsed):
        return None
    number = PhoneNumber(
        e164=phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        country=country,
        line_type=phonenumbers.number_type(parsed),
    )
    return None if _is_impossible_in_korea(number) else number


def refusal_of(
    number: PhoneNumber | None, channel: Channel, allowed_countries: Collection[str]
) -> ErrorKind | None:
    """Say why no code may go to this number on this channel; None when one may."""
    if number is None:
        return ErrorKind.INVALID_PHONE_NUMBER
    if number.country not in allowed_countries:
        return ErrorKind.COUNTRY_BLOCKED
    reachable = _CALLABLE if channel is Channel.CALL else _TEXTABLE
    if number.line_type not in reachable:
        return ErrorKind.UNSUPPORTED_PHONE_TYPE
    return None


def _is_impossible_in_korea(number: PhoneNumber) -> bool:
    return (
        number.country == "KR"
        and number.line_type == PhoneNumberType.MOBILE
        and not _KOREAN_MOBILE.fullmatch(number.e164)
    )
