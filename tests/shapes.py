"""Messages of every wrong shape that was found to harm a stock worker, and of some that only look odd.

Lives here: a table of list items, each with its fate. Every one carries a marked number and code, so that
a test can search for them where they must not be.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from tasks.malformed import RefusedOption
from worker.hardening.flaws import Flaw

MARKED_NUMBER: Final = "01087654321"
MARKED_CODE: Final = "918273"
MARKED: Final = {"phone_number": MARKED_NUMBER, "code": MARKED_CODE}
QUEUE: Final = "verification.check"

GONE: Final = object()
"""In the place of a value: the key is left out."""

RUN: Final = "run"
"""The fate of a message whose oddity nobody reads: it is a task like any other."""

Fate = Flaw | RefusedOption | str


@dataclass(frozen=True, slots=True)
class Shape:
    """A list item for the queue of checks, and what becomes of it."""

    name: str
    make: Callable[[str], bytes]
    fate: Fate


def body(content: object = ([], MARKED, {})) -> str:
    """Write a body as kombu does."""
    return base64.b64encode(json.dumps(content).encode()).decode()


def message(task_id: str, **changes: Any) -> dict[str, Any]:
    """Make a message of the open door; changes name a key of it, of its headers or of its properties."""
    made: dict[str, Any] = {
        "body": body(),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"task": "tasks.check_verification", "id": task_id},
        "properties": {
            "delivery_tag": str(uuid4()),
            "delivery_info": {"exchange": "", "routing_key": QUEUE},
            "body_encoding": "base64",
        },
    }
    for name, value in changes.items():
        part, _, word = name.rpartition("__")
        place, key = made[part] if part else made, word.replace("content_", "content-")
        place[key] = value
        if value is GONE:
            del place[key]
    return made


def _changed(name: str, fate: Fate, **changes: Any) -> Shape:
    return Shape(name, lambda task_id: json.dumps(message(task_id, **changes)).encode(), fate)


def _raw(name: str, item: bytes) -> Shape:
    return Shape(name, lambda _: item, Flaw.NOT_AN_OBJECT)


def _bodied(name: str, content: object, fate: Fate = Flaw.BODY) -> Shape:
    return _changed(f"body is {name}", fate, body=body(content))


def _encoded(name: str, content: bytes, fate: Fate = Flaw.BODY) -> Shape:
    return _changed(f"body is {name}", fate, body=base64.b64encode(content).decode())


def _ahead(**time: int) -> str:
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


_DEEP: Final = 100_000
_MARK: Final = json.dumps(MARKED).encode()

_NO_OBJECT: Final = [
    _raw("empty", b""),
    _raw("text", b"verify " + _MARK),
    _raw("cut off", _MARK[:-1]),
    _raw("not UTF-8", b"\xff\xfe" + _MARK),
    _raw("null", b"null"),
    _raw("a number", MARKED_NUMBER.lstrip("0").encode()),
    _raw("a string", json.dumps(MARKED_NUMBER).encode()),
    _raw("an array", b"[" + _MARK + b"]"),
    _raw("NaN", b"NaN"),
    _raw("a huge integer", b'{"body": ' + b"9" * 5_000 + b"}"),
    _raw("an array 100,000 deep", b"[" * _DEEP),
    _raw("an object 100,000 deep", b'{"a":' * _DEEP + _MARK + b"}" * _DEEP),
    _raw("an unknown marked type", json.dumps({"__type__": "x", "__value__": MARKED}).encode()),
    _raw("a marked time of the wrong type", json.dumps({"__type__": "datetime", "__value__": 1}).encode()),
    _raw("a marked UUID without digits", json.dumps({"__type__": "uuid", "__value__": {}}).encode()),
]

_CARRIER: Final = [
    *(
        _changed(f"{part} {name}", flaw, **{part: value})
        for part, flaw in (("properties", Flaw.PROPERTIES), ("headers", Flaw.HEADERS))
        for name, value in (("missing", GONE), ("null", None), ("a list", [MARKED]), ("text", MARKED_NUMBER))
    ),
    *(
        _changed(f"delivery_tag {name}", Flaw.DELIVERY_TAG, properties__delivery_tag=value)
        for name, value in (
            ("missing", GONE),
            ("null", None),
            ("a number", 7),
            ("a list", ["x"]),
            ("empty", ""),
            ("endless", MARKED_NUMBER * 30),
        )
    ),
    *(
        _changed(f"delivery_info {name}", Flaw.DELIVERY_INFO, properties__delivery_info=value)
        for name, value in (
            ("missing", GONE),
            ("null", None),
            ("text", MARKED_NUMBER),
            ("a list", [1]),
            ("empty", {}),
        )
    ),
    *(
        _changed(f"body_encoding {name}", Flaw.BODY_ENCODING, properties__body_encoding=value)
        for name, value in (("unknown", "rot13"), ("a number", 64), ("a list", ["base64"]))
    ),
]

_BODY: Final = [
    *(
        _changed(f"body {name}", Flaw.BODY, body=value)
        for name, value in (
            ("missing", GONE),
            ("null", None),
            ("a number", 1_087_654_321),
            ("an object", MARKED),
            ("a list", [[], MARKED, {}]),
            ("empty", ""),
            ("not base64", f"*{MARKED_NUMBER}*"),
            ("with wrong padding", body().rstrip("=") + "A"),
        )
    ),
    _encoded("not JSON", b"phone=" + _MARK),
    _encoded("not UTF-8", b"\xff" + _MARK),
    _encoded("100,000 deep", b"[" * _DEEP),
    _encoded("2,000 deep", b"[" * 2_000 + b"]" * 2_000),
    _encoded("a huge integer", b"[[], {}, " + b"9" * 5_000 + b"]"),
    _bodied("a megabyte", ([], {**MARKED, "phone_number": MARKED_NUMBER * 100_000}, {})),
    _bodied("null", None),
    _bodied("a number", 1_087_654_321),
    _bodied("text of three letters", "abc"),
    _bodied("an object of three keys", {**MARKED, "third": 3}),
    _bodied("two parts", ([], MARKED)),
    _bodied("four parts", ([], MARKED, {}, {})),
    _bodied("args null", (None, MARKED, {})),
    _bodied("args an object", ({}, MARKED, {})),
    _bodied("kwargs a list", ([], [MARKED], {})),
    _bodied("kwargs null", ([MARKED_NUMBER], None, {})),
    _bodied("embed a list", ([], MARKED, [])),
    _bodied("embed text", ([], MARKED, MARKED_NUMBER)),
    _bodied("embed a number", ([], MARKED, 0)),
    _bodied("an unknown marked type", ([], {"code": {"__type__": "x", "__value__": MARKED_CODE}}, {})),
    _changed(
        "of protocol 1",
        Flaw.UNKNOWN_TASK,
        headers={},
        body=body({"task": "tasks.check_verification", "id": str(uuid4()), "args": [], "kwargs": MARKED}),
    ),
]

_HEADERS: Final = [
    *(
        _changed(f"content type {name}", Flaw.CONTENT_TYPE, content_type=value)
        for name, value in (
            ("missing", GONE),
            ("null", None),
            ("a number", 1),
            ("pickle", "application/x-python-serialize"),
            ("unknown", "application/x-none"),
        )
    ),
    *(
        _changed(f"content encoding {name}", Flaw.CONTENT_TYPE, content_encoding=value)
        for name, value in (("missing", GONE), ("null", None), ("a number", 8), ("unknown", "utf-99"))
    ),
    *(
        _changed(f"compression {value}", Flaw.COMPRESSED, headers__compression=value)
        for value in ("application/x-gzip", "unknown", 1)
    ),
    *(
        _changed(f"task {name}", Flaw.UNKNOWN_TASK, headers__task=value)
        for name, value in (
            ("missing", GONE),
            ("null", None),
            ("a list", ["tasks.check_verification"]),
            ("unknown", f"tasks.{MARKED_NUMBER}"),
        )
    ),
    *(
        _changed(f"id {name}", Flaw.TASK_ID, headers__id=value)
        for name, value in (
            ("missing", GONE),
            ("null", None),
            ("a number", 1_087_654_321),
            ("a list", [MARKED_NUMBER]),
            ("empty", ""),
            ("a phone number", MARKED_NUMBER),
            ("with a new line", "12345678\n"),
        )
    ),
    *(
        _changed(f"retries {name}", Flaw.RETRIES, headers__retries=value)
        for name, value in (("text", "many"), ("a fraction", 1.5), ("negative", -1), ("true", True))
    ),
    _changed("ignore_result text", Flaw.IGNORE_RESULT, headers__ignore_result="yes"),
    _changed("ignore_result a list", Flaw.IGNORE_RESULT, headers__ignore_result=[True]),
]

_REFUSED: Final = [
    *(
        _changed(f"eta {name}", RefusedOption.ETA, headers__eta=value)
        for name, value in (
            ("in the year 9999", "9999-12-31T23:59:59+00:00"),
            ("before all time", "0001-01-01T00:00:00+23:59"),
            ("in an hour", _ahead(hours=1)),
            ("in words", "tomorrow"),
            ("a number", 4_102_444_800),
            ("a list", [MARKED_NUMBER]),
        )
    ),
    *(
        _changed(f"expires {name}", RefusedOption.EXPIRES, headers__expires=value)
        for name, value in (
            ("in an hour", _ahead(hours=1)),
            ("long ago", _ahead(hours=-1)),
            ("in words", "never"),
            ("a number", 0),
        )
    ),
    _bodied("with callbacks", ([], MARKED, {"callbacks": [{"task": "x"}]}), RefusedOption.CALLBACKS),
    _bodied("with malformed errbacks", ([], MARKED, {"errbacks": 7}), RefusedOption.ERRBACKS),
    _bodied("with a malformed chain", ([], MARKED, {"chain": "x"}), RefusedOption.CHAIN),
    _bodied("with a malformed chord", ([], MARKED, {"chord": [1]}), RefusedOption.CHORD),
]

_ODD: Final = [
    _changed("timelimit text", RUN, headers__timelimit="soon"),
    _changed("timelimit of one", RUN, headers__timelimit=[1]),
    _changed("stamped_headers a number", RUN, headers__stamped_headers=5),
    _changed("stamps a list", RUN, headers__stamped_headers=["x"], headers__stamps=[MARKED_NUMBER]),
    _changed("group a number", RUN, headers__group=5),
    _changed(
        "shadow, root_id and parent_id marked",
        RUN,
        headers__shadow=MARKED_NUMBER,
        headers__root_id=[MARKED_NUMBER],
        headers__parent_id=MARKED_NUMBER,
    ),
    _changed("argsrepr marked", RUN, headers__argsrepr=MARKED_NUMBER, headers__kwargsrepr=MARKED),
    _changed("an unknown header", RUN, headers__unknown={"phone": MARKED_NUMBER}),
    _changed("priority text", RUN, properties__priority="high"),
    _changed("reply_to and correlation_id odd", RUN, properties__reply_to=[1], properties__correlation_id=7),
    _changed("eta long ago", RUN, headers__eta=_ahead(hours=-1)),
    _changed(
        "an exchange of nobody's",
        RUN,
        properties__delivery_info={"exchange": "x", "routing_key": [MARKED_NUMBER]},
    ),
    _changed("body in plain UTF-8", RUN, body=json.dumps([[], MARKED, {}]), properties__body_encoding=GONE),
    _changed("retries null", RUN, headers__retries=None),
]

SHAPES: Final = [*_NO_OBJECT, *_CARRIER, *_BODY, *_HEADERS, *_REFUSED, *_ODD]
