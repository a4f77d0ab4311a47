"""GET …/Messages/{SM}.json and …/Messages.json, newest first.

https://www.twilio.com/docs/messaging/api/message-resource#fetch-a-message-resource
"""

from simulator.exchange import Answer, Call
from simulator.messages.message_body import message_body
from simulator.messages.message_filter import matching
from simulator.messages.paging import page_body
from simulator.verify.twilio import Twilio


def fetch(twilio: Twilio, call: Call, account: str, key: str) -> Answer:  # noqa: ARG001 - checked before
    """The message as it is now."""
    message = twilio.messages.by_sid.get(key)
    if message is None:
        raise twilio.not_found(call)
    return Answer(status=200, body=message_body(message.at(twilio.clock.now())))


def list_messages(twilio: Twilio, call: Call, account: str) -> Answer:  # noqa: ARG001
    """A page of those that the filters let through."""
    return Answer(status=200, body=page_body(twilio, call, matching(twilio, call)))
