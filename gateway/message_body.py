"""Reading Messaging's JSON: facts, or a clear "this is not one".

Lives here: a message's shape. Must not: read its body, which may hold a code.
https://www.twilio.com/docs/messaging/api/message-resource
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from gateway.answer import MessageFacts
from gateway.fields import BrokenBodyError, age_seconds, read_code, read_mail_time, read_sid, read_text
from gateway.sender import Sender

_MESSAGE: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_MADE_THROUGH_THE_API: Final = "outbound-api"
_DIRECTIONS: Final = frozenset({_MADE_THROUGH_THE_API, "outbound-call", "outbound-reply", "inbound"})


def read_message(body: Any, sender: Sender, date: str | None) -> MessageFacts:  # noqa: ANN401 - JSON
    """Read one message; `date` is the answer's own, the only clock its stamps are held against."""
    return _message(body, sender, read_mail_time(date))


def read_messages(body: Mapping[str, Any], sender: Sender, date: str | None) -> tuple[MessageFacts, ...]:
    """Read one page of a list; `date` is the answer's own."""
    now = read_mail_time(date)
    return tuple(_message(message, sender, now) for message in listed(body))


def listed(body: Mapping[str, Any]) -> list[Any]:
    """Return the entries of a page, unread. Raises BrokenBodyError where there is no list."""
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise BrokenBodyError
    return messages


def _message(body: Any, sender: Sender, now: datetime | None) -> MessageFacts:  # noqa: ANN401 - JSON
    if not isinstance(body, dict):
        raise BrokenBodyError
    created_at = read_mail_time(body.get("date_created"))
    return MessageFacts(
        sid=read_sid(_MESSAGE, body.get("sid")),
        to=read_text(body.get("to")),
        status=read_text(body.get("status")),
        is_ours=_is_ours(body, sender),
        error_code=read_code(body.get("error_code")),
        created_at=created_at,
        age_seconds=age_seconds(now, created_at),
    )


def _is_ours(body: Mapping[str, Any], sender: Sender) -> bool:
    """Whether it may be one that we made: a reply of the sender's own to a STOP is not."""
    if not sender.sent(body):
        return False
    direction = body.get("direction")
    if not isinstance(direction, str) or direction not in _DIRECTIONS:
        # Read as "not ours" it would be evidence that nobody gave.
        raise BrokenBodyError
    return bool(direction == _MADE_THROUGH_THE_API)
