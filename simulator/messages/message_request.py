"""Reading the form of a POST; what is missing or out of bounds has an error code of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.messages.refusals import refusal
from simulator.verify.twilio import Twilio

_LONGEST_BODY = 1600
_LONGEST_VALIDITY_SECONDS = 36000


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRequest:
    """What a POST asks for; at least one of `sender` and `service` is there."""

    to: str
    body: str
    sender: str | None
    service: str | None
    validity_seconds: int


def read_message(twilio: Twilio, form: Mapping[str, str]) -> MessageRequest:
    """A message as asked, or the refusal that names what is wrong."""
    to, body = form.get("To", ""), form.get("Body", "")
    sender, service = form.get("From") or None, form.get("MessagingServiceSid") or None
    if not to:
        raise refusal(twilio, 21604)
    if sender is None and service is None:
        raise refusal(twilio, 21603)
    if not body:
        raise refusal(twilio, 21602)
    if len(body) > _LONGEST_BODY:
        raise refusal(twilio, 21617)
    return MessageRequest(
        to=to,
        body=body,
        sender=sender,
        service=service,
        validity_seconds=_validity(twilio, form.get("ValidityPeriod")),
    )


def _validity(twilio: Twilio, text: str | None) -> int:
    """https://www.twilio.com/docs/api/errors/21624."""
    if text is None:
        return _LONGEST_VALIDITY_SECONDS
    is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(_LONGEST_VALIDITY_SECONDS))
    if not is_whole or not 1 <= int(text) <= _LONGEST_VALIDITY_SECONDS:
        raise refusal(twilio, 21624)
    return int(text)
