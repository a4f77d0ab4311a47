"""What arrived on phones, from either service, and what became of each message."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import web

from simulator.exchange import JsonObject
from simulator.messages.message import Moment
from simulator.sidedoor.door import Listening, as_object, reply
from simulator.verify.twilio import Twilio

_CODE = re.compile(r"(?<![0-9])[0-9]{4,10}(?![0-9])")
_PAGE = Path(__file__).with_name("phone.html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What one phone received; Verify knows its code, in a text of Messaging only a reader does."""

    to: str
    service: str
    channel: str
    code: str | None
    text: str
    verification_sid: str | None = None
    attempt_sid: str | None = None
    message_sid: str | None = None
    at: datetime


class Phones:
    """The part of the side door that looks at phones."""

    def __init__(self, simulator: Listening) -> None:
        self._simulator = simulator

    async def page(self, _: web.Request) -> web.Response:
        """The inbox for a person with a browser."""
        return web.Response(text=_PAGE.read_text(encoding="utf-8"), content_type="text/html")

    async def inbox(self, request: web.Request) -> web.Response:
        """Every text in order, of one number with `?to=`."""
        return reply({"messages": [as_object(text) for text in self._texts(request)]})

    async def code(self, request: web.Request) -> web.Response:
        """The code in the last text to `?to=`, as its reader finds it; null if there is none."""
        texts = self._texts(request)
        return reply({"code": _code(texts[-1]) if texts else None})

    async def sent(self, request: web.Request) -> web.Response:
        """How many texts left, to one number with `?to=`."""
        return reply({"sent": len(self._texts(request))})

    async def messages(self, request: web.Request) -> web.Response:
        """Every message of Messaging as it is now, of one number with `?to=`."""
        twilio = self._simulator.world.twilio
        now = twilio.clock.now()
        known = twilio.messages.to(request.query.get("to"))
        return reply({"messages": [_message(message.at(now)) for message in known]})

    def _texts(self, request: web.Request) -> list[Text]:
        return _texts(self._simulator.world.twilio, request.query.get("to"))


def _texts(twilio: Twilio, to: str | None) -> list[Text]:
    now = twilio.clock.now()
    verify = [
        Text(
            to=sent.to,
            service="verify",
            channel=sent.channel,
            code=sent.code,
            text=sent.text,
            verification_sid=sent.verification_sid,
            attempt_sid=sent.attempt_sid,
            at=sent.at,
        )
        for sent in twilio.book.messages_to(to)
    ]
    messaging = [
        Text(
            to=message.to,
            service="messaging",
            channel="sms",
            code=None,
            text=message.body,
            message_sid=message.sid,
            at=message.walk.leaves_at or message.created_at,
        )
        for message in twilio.messages.to(to)
        if message.walk.has_left(now)
    ]
    # Each list is in order already, unless somebody moved the clock back or a queue held one up.
    return sorted([*verify, *messaging], key=lambda text: text.at) if messaging else verify


def _code(text: Text) -> str | None:
    if text.code is not None:
        return text.code
    runs = _CODE.findall(text.text)
    return runs[-1] if runs else None


def _message(moment: Moment) -> JsonObject:
    message = moment.message
    return {
        "sid": message.sid,
        "to": message.to,
        "from": moment.sender,
        "messaging_service_sid": message.messaging_service_sid,
        "body": message.body,
        "status": moment.status,
        "error_code": moment.error_code,
        "validity_period": message.validity_seconds,
        "date_created": message.created_at,
        "date_sent": moment.sent_at,
        "left_at": message.walk.leaves_at,
    }
