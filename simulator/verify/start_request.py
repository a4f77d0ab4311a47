"""Reading a start's form; whatever is wrong in it is a 60200 that names the parameter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.verify.numbers import is_email, is_phone
from simulator.verify.twilio import Twilio

_CHANNELS = frozenset({"sms", "call", "email", "whatsapp", "sna", "auto", "rcs"})
_CODE_LENGTHS = range(4, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """What a start asks for; `auto` has become the channel it picks."""

    to: str
    channel: str
    locale: str | None
    custom_code: str | None
    amount: str | None
    payee: str | None
    risk_check: bool
    rate_limits: Mapping[str, str]


def read_start(twilio: Twilio, form: Mapping[str, str]) -> StartRequest:
    """A start as asked, or the refusal that names what is wrong."""
    channel = _channel(twilio, form.get("Channel", ""))
    to = form.get("To", "")
    if not (is_email(to) if channel == "email" else is_phone(to)):
        raise twilio.invalid("To", to)
    if "CustomMessage" in form:
        raise twilio.refusal(403, 60243, "Custom message is not supported")
    if form.get("RiskCheck", "enable") not in {"enable", "disable"}:
        raise twilio.invalid("RiskCheck", form["RiskCheck"])
    if "AppHash" in form and channel != "sms":
        raise twilio.refusal(400, 60602, "AppHash is supported by the SMS channel only")
    return StartRequest(
        to=to,
        channel=channel,
        locale=form.get("Locale"),
        custom_code=_custom_code(twilio, form.get("CustomCode")),
        amount=form.get("Amount"),
        payee=form.get("Payee"),
        risk_check=form.get("RiskCheck") != "disable",
        rate_limits=_rate_limits(twilio, form.get("RateLimits")),
    )


def _channel(twilio: Twilio, channel: str) -> str:
    if channel not in _CHANNELS:
        raise twilio.invalid("Channel", channel)
    if channel in twilio.switches.disabled_channels:
        message = f"Delivery channel disabled: {channel.upper()}"
        raise twilio.refusal(400, 60223, message)
    return "sms" if channel == "auto" else channel


def _custom_code(twilio: Twilio, code: str | None) -> str | None:
    if code is None:
        return None
    if not twilio.switches.custom_code_enabled:
        raise twilio.refusal(403, 60204, "Service does not support this feature: Custom code")
    if len(code) not in _CODE_LENGTHS:
        raise twilio.invalid("CustomCode", code)
    return code


def _rate_limits(twilio: Twilio, text: str | None) -> Mapping[str, str]:
    """The keys must be known names; what Twilio does with others is not documented."""
    if text is None:
        return {}
    try:
        values = json.loads(text)
    except ValueError:
        raise twilio.invalid("RateLimits", text) from None
    if not isinstance(values, dict) or not values.keys() <= twilio.rate_limits.keys():
        raise twilio.invalid("RateLimits", text)
    return {name: str(value) for name, value in values.items()}
