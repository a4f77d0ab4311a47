"""The body of one attempt: https://www.twilio.com/docs/verify/api/list-verification-attempts."""

from simulator.clock import iso
from simulator.exchange import JsonObject
from simulator.switches import MessageScript
from simulator.verify.numbers import country, is_landline
from simulator.verify.twilio import Twilio
from simulator.verify.verification import SendAttempt, Status, Verification

# Twilio's own name for RCS in this resource.
_API_CHANNELS = {"rcs": "rbm"}
# https://www.twilio.com/docs/api/errors/30006: a landline that was not skipped.
_LANDLINE = MessageScript(message_status="undelivered", error_code="30006")


def api_channel(channel: str) -> str:
    """The channel in this resource's words."""
    return _API_CHANNELS.get(channel, channel)


def is_converted(twilio: Twilio, attempt: SendAttempt) -> bool:
    """Whether the conversion shows yet."""
    return attempt.visible_at is not None and attempt.visible_at <= twilio.clock.now()


def attempt_body(twilio: Twilio, sent: tuple[Verification, SendAttempt], origin: str) -> JsonObject:
    """One send with what became of it."""
    verification, attempt = sent
    converted = is_converted(twilio, attempt)
    updated = attempt.visible_at if converted and attempt.visible_at else attempt.at
    return {
        "sid": attempt.sid,
        "account_sid": twilio.account.account_sid,
        "service_sid": verification.service_sid,
        "verification_sid": verification.sid,
        "date_created": iso(attempt.at),
        "date_updated": iso(updated),
        "conversion_status": "converted" if converted else "unconverted",
        "channel": api_channel(attempt.channel),
        "price": {"value": "0.05", "currency": "usd"},
        "channel_data": _channel_data(twilio, verification, attempt, converted=converted),
        "url": f"{origin}/v2/Attempts/{attempt.sid}",
    }


def _channel_data(
    twilio: Twilio, verification: Verification, attempt: SendAttempt, *, converted: bool
) -> JsonObject:
    script = _script(twilio, verification.to)
    home = country(verification.to) or (None, None)
    expired = verification.status is Status.EXPIRED
    status = "confirmed" if converted else "expired" if expired else "unconfirmed"
    return {
        "verification_sid": verification.sid,
        "to": verification.to,
        "status": status,
        "message_status": script.message_status,
        "error_code": script.error_code,
        "country": home[0],
        "code_length": len(verification.code),
        "locale": attempt.locale,
        "mcc": home[1],
        "mnc": "05",
        "carrier": "Simulator Mobile",
    }


def _script(twilio: Twilio, to: str) -> MessageScript:
    default = _LANDLINE if is_landline(twilio.switches, to) else MessageScript()
    return twilio.switches.message_scripts.get(to, default)
