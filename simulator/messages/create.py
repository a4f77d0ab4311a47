"""POST …/Messages.json: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource.

Nothing is idempotent: the same POST twice is two texts.
"""

from datetime import datetime

from simulator.credentials import as_played
from simulator.exchange import Answer, Call
from simulator.messages.magic_numbers import admit_test
from simulator.messages.message import Message
from simulator.messages.message_body import message_body
from simulator.messages.message_request import MessageRequest, read_message
from simulator.messages.parties import admit, sender_of
from simulator.messages.walk import plan
from simulator.sids import new_sid
from simulator.verify.twilio import Twilio

_LEGACY_TRIAL = "Sent from your Twilio trial account - "


def create(twilio: Twilio, call: Call, account: str) -> Answer:
    """Accept a message, or refuse it and leave the book as it was; test credentials store nothing."""
    request = read_message(twilio, call.form)
    now = twilio.clock.now()
    if account == as_played(twilio.account, twilio.switches.credentials).test_sid:
        message = _message(twilio, request, account, admit_test(twilio, request), now)
    else:
        sender = sender_of(twilio, request)
        admit(twilio, request.to, sender)
        message = _message(twilio, request, account, sender, now)
        twilio.messages.enter(message)
    return Answer(status=201, body=message_body(message.at_first()))


def _message(twilio: Twilio, request: MessageRequest, account: str, sender: str, now: datetime) -> Message:
    way = plan(
        twilio.switches,
        request.to,
        now,
        validity_seconds=request.validity_seconds,
        is_through_service=request.service is not None,
    )
    return Message(
        sid=new_sid("SM"),
        account_sid=account,
        to=request.to,
        sender=sender,
        asked_sender=request.sender,
        messaging_service_sid=request.service,
        body=(_LEGACY_TRIAL if twilio.switches.trial else "") + request.body,
        validity_seconds=request.validity_seconds,
        created_at=now,
        walk=way,
    )
