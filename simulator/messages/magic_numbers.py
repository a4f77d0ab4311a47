"""What test credentials are told: https://www.twilio.com/docs/iam/test-credentials#magic-input."""

from simulator.messages.message_request import MessageRequest
from simulator.messages.refusals import refusal
from simulator.verify.numbers import is_phone
from simulator.verify.twilio import Twilio

_GOOD_SENDER = "+15005550006"
_SENDERS = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
_OTHER_SENDER = 21606
_RECIPIENTS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}


def admit_test(twilio: Twilio, request: MessageRequest) -> str:
    """The sender, or the refusal that the numbers stand for; a test account has no services."""
    if request.service is not None:
        raise refusal(twilio, 21701, service=request.service)
    sender, to = request.sender or "", request.to
    if sender != _GOOD_SENDER:
        raise refusal(twilio, _SENDERS.get(sender, _OTHER_SENDER), sender=sender)
    if to in _RECIPIENTS or not is_phone(to) or to == sender:
        raise refusal(twilio, _RECIPIENTS.get(to, 21211), to=to, sender=sender)
    return sender
