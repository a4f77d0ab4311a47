"""Lists in pages, as the 2010 API writes them: https://www.twilio.com/docs/usage/twilios-response.

A page token names a message, so that new messages do not shift the pages that follow.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from simulator.exchange import Call, JsonObject
from simulator.messages.message import Moment
from simulator.messages.message_body import message_body
from simulator.messages.refusals import refusal
from simulator.verify.twilio import Twilio

_DEFAULT_SIZE = 50
_LARGEST_SIZE = 1000
_MOST_DIGITS = 9
# A page begins after the message that the token names, or ends before it.
_AFTER, _BEFORE = "PA", "PB"


def page_body(twilio: Twilio, call: Call, found: Sequence[Moment]) -> JsonObject:
    """The page that was asked for and the way to its neighbours."""
    size = _number(twilio, call, "PageSize", _DEFAULT_SIZE)
    page = _number(twilio, call, "Page", 0)
    if not 1 <= size <= _LARGEST_SIZE:
        raise refusal(twilio, 20007)
    first = _first(twilio, call, found, size, page)
    shown = found[first : first + size]
    has_more = len(found) > first + size
    after = _AFTER + shown[-1].message.sid if shown else None
    before = _BEFORE + shown[0].message.sid if shown else None
    return {
        "first_page_uri": _uri(call, size, 0),
        "end": page * size + max(0, len(shown) - 1),
        "previous_page_uri": _uri(call, size, max(0, page - 1), before) if first else None,
        "messages": [message_body(moment) for moment in shown],
        "uri": _uri(call, size, page, call.query.get("PageToken")),
        "page_size": size,
        "start": page * size,
        "next_page_uri": _uri(call, size, page + 1, after) if has_more else None,
        "page": page,
    }


def _first(twilio: Twilio, call: Call, found: Sequence[Moment], size: int, page: int) -> int:
    token = call.query.get("PageToken")
    if token is None:
        return page * size
    sids = [moment.message.sid for moment in found]
    kind, sid = token[:2], token[2:]
    if kind not in {_AFTER, _BEFORE} or sid not in sids:
        raise twilio.refusal(400, 20001, "Invalid page token.")
    where = sids.index(sid)
    return where + 1 if kind == _AFTER else max(0, where - size)


def _uri(call: Call, size: int, page: int, token: str | None = None) -> str:
    filters = {k: v for k, v in call.query.items() if k not in {"PageSize", "Page", "PageToken"}}
    last = {} if token is None else {"PageToken": token}
    return f"{call.path}?{urlencode({**filters, 'PageSize': size, 'Page': page, **last})}"


def _number(twilio: Twilio, call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise twilio.refusal(400, 20001, f"Invalid {name} value.")
    return int(text)
