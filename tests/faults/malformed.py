"""Messages that no honest caller sends: each of these once stopped a stock worker, or hung in it.

Found by trying 67 shapes on Celery 5.7. Lives here: the shapes. What becomes of them is in the tests.
"""

import base64
import json
from collections.abc import Callable
from typing import Any, Final

from phone_verification.kinds import Operation
from phone_verification.task_ids import new_task_id
from tests.faults.open_door import envelope

Change = Callable[[dict[str, Any]], None]

_RAW: Final = {
    "not JSON": "{",
    "empty": "",
    "a number": "7",
    "a list": "[]",
    "null": "null",
    "a hundred thousand brackets": "[" * 100_000 + "]" * 100_000,
}


def _at(part: str, name: str, value: Any) -> Change:
    return lambda message: message[part].__setitem__(name, value)


def _with(name: str, value: Any) -> Change:
    return lambda message: message.__setitem__(name, value)


def _without(name: str) -> Change:
    return lambda message: message.pop(name)


def _body(value: Any) -> Change:
    return _with("body", base64.b64encode(json.dumps(value).encode()).decode())


_BENT: Final[dict[str, Change]] = {
    "body: two elements": _body([[], {}]),
    "body: an object": _body({}),
    "body: null": _with("body", None),
    "body: missing": _without("body"),
    "body: a number": _with("body", 7),
    "body: not base64": _with("body", "%%%"),
    "body: no JSON inside": _with("body", base64.b64encode(b"{").decode()),
    "embed: a list": _body([[], {}, []]),
    "embed: a malformed chain": _body([[], {}, {"chain": 7}]),
    "arguments: a list": _body([[], [], {}]),
    "arguments: positional": _body([["x"], {}, {}]),
    "arguments: unknown": _body([[], {"surprise": 1}, {}]),
    "headers: a list": _with("headers", []),
    "headers: missing": _without("headers"),
    "properties: a list": _with("properties", []),
    "properties: missing": _without("properties"),
    "content type: null": _with("content-type", None),
    "content type: pickle": _with("content-type", "application/x-python-serialize"),
    "content encoding: a number": _with("content-encoding", 7),
    "delivery info: a text": _at("properties", "delivery_info", "x"),
    "delivery tag: null": _at("properties", "delivery_tag", None),
    "body encoding: unknown": _at("properties", "body_encoding", "rot13"),
    "id: missing": lambda message: message["headers"].pop("id"),
    "id: a list": _at("headers", "id", []),
    "id: null": _at("headers", "id", None),
    "id: a number": _at("headers", "id", 7),
    "task: null": _at("headers", "task", None),
    "task: not ours": _at("headers", "task", "tasks.of_somebody_else"),
    "time limit: a number": _at("headers", "timelimit", 7),
    "stamps: a number": _at("headers", "stamped_headers", 7),
    "eta: the year 9999": _at("headers", "eta", "9999-12-31T00:00:00+00:00"),
    "eta: no time": _at("headers", "eta", "soon"),
    "expires: no time": _at("headers", "expires", "soon"),
    "compression: unknown": _at("headers", "compression", "x"),
    "retries: a text": _at("headers", "retries", "x"),
}


def malformed() -> dict[str, str]:
    """Return each shape by its name, as the text that stands in the queue."""
    return {**_RAW, **{name: _bent(change) for name, change in _BENT.items()}}


def _bent(change: Change) -> str:
    message = envelope(Operation.SEND, new_task_id(), {})
    change(message)
    return json.dumps(message)
