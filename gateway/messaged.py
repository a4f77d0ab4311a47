"""What a success of Messaging's means: it counts when it holds what it must and is about what was asked."""

from typing import Any

from gateway.answer import Answer, Endpoint, MessageFacts, Reason
from gateway.call import MessageCall
from gateway.compose import answered, doubted
from gateway.exchange import Exchange
from gateway.fields import read_text
from gateway.message_body import listed, read_message, read_messages


def messaged(call: MessageCall, exchange: Exchange, body: dict[str, Any]) -> Answer:
    """Say what a 2xx means. Raises BrokenBodyError for one without what it must hold."""
    date = exchange.headers.get("date")
    if call.endpoint is Endpoint.REACH:
        # Somebody's message may be in it: that there is a list is all we want to know.
        listed(body)
        return answered(call, exchange)
    if call.endpoint is Endpoint.MESSAGES:
        return _told(call, exchange, listed(body), read_messages(body, call.sender, date))
    return _told(call, exchange, [body], (read_message(body, call.sender, date),))


def _told(
    call: MessageCall, exchange: Exchange, bodies: list[dict[str, Any]], messages: tuple[MessageFacts, ...]
) -> Answer:
    """Nothing foreign may be in it: a filter that did not work makes a list no evidence."""
    is_account = all(read_text(body.get("account_sid")) == call.account_sid for body in bodies)
    is_echo = all(call.to in (one.to, None) and call.sid in (one.sid, None) for one in messages)
    if not is_account or not is_echo:
        return doubted(call, exchange, Reason.WRONG_ECHO)
    return answered(call, exchange, messages=messages)
