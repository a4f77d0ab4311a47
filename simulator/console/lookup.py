"""GET /v2/PhoneNumbers/{number} without Fields: free formatting, no look at any carrier.

https://www.twilio.com/docs/lookup/v2-api; a number that is wrong is still 200, and says what is wrong.
"""

import re

from simulator.exchange import Answer, Call, JsonObject
from simulator.verify.numbers import calling_code, country
from simulator.verify.twilio import Twilio

# Digits after the calling code: today's Korean mobiles have 10 and eight more, others what E.164 allows.
_KOREAN_MOBILE = re.compile(r"\+8210\d*")
_KOREAN_DIGITS = range(10, 11)
_DIGITS = range(6, 14)


def look_up(twilio: Twilio, call: Call, number: str) -> Answer:
    """The number in its national form, or what is wrong with it."""
    errors = _errors(twilio, number)
    home = country(number)
    body: JsonObject = {
        "calling_country_code": (calling_code(number) or "").removeprefix("+") or None,
        "country_code": home[0] if home and not errors else None,
        "phone_number": number,
        "national_format": _national(number) if not errors else None,
        "valid": not errors,
        "validation_errors": errors,
        **dict.fromkeys(_PAID),
        "url": f"{call.origin}{call.path}",
    }
    return Answer(status=200, body=body)


def _errors(twilio: Twilio, number: str) -> list[str]:
    code = calling_code(number)
    if not re.fullmatch(r"\+\d+", number):
        return ["NOT_A_NUMBER"]
    if code is None:
        return ["INVALID_COUNTRY_CODE"]
    allowed = _KOREAN_DIGITS if _KOREAN_MOBILE.fullmatch(number) else _DIGITS
    digits = len(number) - len(code)
    if digits < allowed.start:
        return ["TOO_SHORT"]
    if digits >= allowed.stop:
        return ["TOO_LONG"]
    return ["INVALID_BUT_POSSIBLE"] if number.startswith(twilio.switches.invalid_numbers) else []


def _national(number: str) -> str:
    rest = number.removeprefix(calling_code(number) or "")
    return f"0{rest}"


_PAID = (
    "caller_name",
    "sim_swap",
    "call_forwarding",
    "line_status",
    "line_type_intelligence",
    "identity_match",
    "reassigned_number",
    "sms_pumping_risk",
    "phone_number_quality_score",
    "pre_fill",
)
