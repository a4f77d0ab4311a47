"""Numbers on which Twilio acts specially; which ones is set by switches.

The calling codes are a short table of its own: a shared phone library would share its mistakes.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from simulator.switches import ProfileStatus, Switches
from simulator.verify.twilio import Twilio

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_COUNTRIES = {
    "+1": ("US", "310"),
    "+7": ("RU", "250"),
    "+33": ("FR", "208"),
    "+44": ("GB", "234"),
    "+49": ("DE", "262"),
    "+57": ("CO", "732"),
    "+62": ("ID", "510"),
    "+63": ("PH", "515"),
    "+65": ("SG", "525"),
    "+66": ("TH", "520"),
    "+81": ("JP", "440"),
    "+82": ("KR", "450"),
    "+84": ("VN", "452"),
    "+86": ("CN", "460"),
    "+91": ("IN", "404"),
    "+98": ("IR", "432"),
    "+850": ("KP", "467"),
    "+886": ("TW", "466"),
}


def is_phone(to: str) -> bool:
    """Whether it has E.164's form: https://www.twilio.com/docs/glossary/what-e164."""
    return _E164.fullmatch(to) is not None


def is_email(to: str) -> bool:
    """Whether it looks like an address, for the `email` channel."""
    return _EMAIL.fullmatch(to) is not None


def country(to: str) -> tuple[str, str] | None:
    """ISO code and mobile country code; None for those not in the table."""
    code = calling_code(to)
    return None if code is None else _COUNTRIES[code]


def calling_code(to: str) -> str | None:
    """`+82`; None for those not in the table."""
    prefixes = sorted(_COUNTRIES, key=len, reverse=True)
    return next((prefix for prefix in prefixes if to.startswith(prefix)), None)


def is_landline(switches: Switches, to: str) -> bool:
    """Whether a switch declares it one."""
    return to.startswith(switches.landlines)


def is_in(countries: Sequence[str], to: str) -> bool:
    """Whether it belongs to one of those countries, each an ISO code or a prefix such as `+850`."""
    home = country(to)
    prefixes = tuple(entry for entry in countries if entry.startswith("+"))
    return to.startswith(prefixes) or (home is not None and home[0] in countries)


def has_funds(switches: Switches) -> bool:
    """Whether something is left to pay with; a subaccount spends its parent's."""
    return switches.parent_account_sid is not None or Decimal(switches.balance) > 0


def may_reach(switches: Switches, to: str) -> bool:
    """Whether the account may send there: on a trial, or owned by nobody known, to verified numbers only."""
    is_limited = switches.trial or switches.customer_profile is not ProfileStatus.APPROVED
    return not is_limited or to in switches.verified_recipients


def admit(twilio: Twilio, to: str, channel: str, *, risk_check: bool) -> None:
    """Refuse a start to a number that Twilio would not send to."""
    switches = twilio.switches
    if to.startswith(switches.invalid_numbers):
        raise twilio.invalid("To", to)
    _admit_account(twilio, to)
    if to.startswith(switches.opted_out):
        raise twilio.refusal(400, 21610, "Attempt to send to unsubscribed recipient")
    if risk_check and to not in switches.safelist:
        _admit_risk(twilio, to, channel)
    if channel == "call" and (country(to) or ("",))[0] in switches.voice_geo_off:
        raise twilio.refusal(400, 21215, "Account not authorized to call this number")
    skips = switches.lookup_enabled and switches.skip_sms_to_landlines
    if channel == "sms" and skips and is_landline(switches, to):
        raise twilio.refusal(403, 60205, "SMS is not supported by landline phone number")


def _admit_account(twilio: Twilio, to: str) -> None:
    """Funds, review and profile: https://www.twilio.com/docs/api/errors/20005, …/60238, …/21608."""
    switches = twilio.switches
    if not has_funds(switches):
        raise twilio.refusal(403, 20005, "Account is not active")
    if switches.review_hold:
        raise twilio.refusal(403, 60238, "Verification creation is blocked by Twilio")
    if not may_reach(switches, to):
        raise twilio.refusal(403, 21608, _UNVERIFIED)


def _admit_risk(twilio: Twilio, to: str, channel: str) -> None:
    """Geo permissions and Fraud Guard: https://www.twilio.com/docs/api/errors/60605, …/60410."""
    switches = twilio.switches
    if is_in(switches.blocked_countries, to):
        message = "Verification delivery attempt blocked by Verify Geo Permissions"
        raise twilio.refusal(403, 60605, message)
    prefix = next((p for p in switches.fraud_prefixes if to.startswith(p)), None)
    if channel == "sms" and prefix is not None:
        message = (
            "The destination phone number has been temporarily blocked by Twilio due to "
            f"fraudulent activities. {prefix} prefix is blocked for the SMS channel"
        )
        raise twilio.refusal(403, 60410, message)


_UNVERIFIED = (
    "The phone number is unverified. Trial accounts cannot send messages to unverified numbers; "
    "verify it at twilio.com/user/account/phone-numbers/verified, or purchase a Twilio number to "
    "send messages to unverified numbers"
)
