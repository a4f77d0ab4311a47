"""Lists in pages: https://www.twilio.com/docs/usage/twilios-response#response-formats-list-paging-information."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from simulator.exchange import Call, JsonObject
from simulator.verify.twilio import Twilio

_DEFAULT_SIZE = 50
_LARGEST_SIZE = 1000

Item = TypeVar("Item")


def page_body(
    twilio: Twilio,
    call: Call,
    key: str,
    items: Sequence[Item],
    render: Callable[[Item], JsonObject],
) -> JsonObject:
    """The page that was asked for and the way to its neighbours."""
    size = _number(twilio, call, "PageSize", _DEFAULT_SIZE)
    page = _number(twilio, call, "Page", 0)
    if not 1 <= size <= _LARGEST_SIZE:
        raise twilio.refusal(400, 20007, f"Page size must be between 1 and {_LARGEST_SIZE}")
    first = page * size
    more = len(items) > first + size
    return {
        key: [render(item) for item in items[first : first + size]],
        "meta": {
            "key": key,
            "page": page,
            "page_size": size,
            "first_page_url": _url(call, size, 0),
            "previous_page_url": _url(call, size, page - 1) if page else None,
            "url": _url(call, size, page),
            "next_page_url": _url(call, size, page + 1) if more else None,
        },
    }


def _url(call: Call, size: int, page: int) -> str:
    filters = {k: v for k, v in call.query.items() if k not in {"PageSize", "Page", "PageToken"}}
    token = {"PageToken": f"PT{page}"} if page else {}
    query = urlencode({**filters, "PageSize": size, "Page": page, **token})
    return f"{call.origin}{call.path}?{query}"


def _number(twilio: Twilio, call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise twilio.invalid(name, text)
    return int(text)
