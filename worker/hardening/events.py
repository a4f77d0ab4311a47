"""Events on their way to Flower: what a caller's own app tells of a task's arguments is not repeated.

A stock Celery app that is told to send `task-sent` writes `repr` of the arguments into it, past every worker:
only who receives it can mask it. Flower and `celery events`, run in our app, so show no task's arguments.

Lives here: pure decisions on a decoded item. Chosen by AMQP.Connection, as transport.py is.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final

from kombu.utils.json import dumps, loads

from phone_verification.task_ids import could_carry_number, is_task_id
from worker.hardening.flaws import raw_body
from worker.hardening.mask import MASKED

EVENT_QUEUES: Final = "celeryev."
"""How the queues of those who listen to events begin, by Celery's default."""

_ARGUMENTS: Final = ("args", "kwargs")
_IDS: Final = ("uuid", "root_id", "parent_id")


def masked_events(message: Mapping[str, Any]) -> dict[str, Any] | None:
    """Write a message of events anew, without arguments; None for one that cannot be read.

    An event of a task whose id could carry a phone number is left out: ids are shown. A task's name is a
    caller's choice too, and Flower counts by it.
    """
    properties = message["properties"]
    raw = raw_body(message["body"], properties.get("body_encoding"))
    try:
        read = loads(raw or b"")
    except Exception:  # noqa: BLE001 - a stranger's bytes, and kombu's readers of marked types raise anything
        return None
    events = read if isinstance(read, list) else [read]
    if not all(isinstance(event, dict) for event in events):
        return None
    # Celery reads one event and a list of them alike.
    shown = dumps([_masked(event) for event in events if _has_ids(event)])
    return {
        **message,
        "body": base64.b64encode(shown.encode()).decode(),
        "properties": {**properties, "body_encoding": "base64"},
    }


def _masked(event: dict[str, Any]) -> dict[str, Any]:
    masked = {**event, **{name: MASKED for name in _ARGUMENTS if name in event}}
    if could_carry_number(str(event.get("name"))):
        masked["name"] = MASKED
    return masked


def _has_ids(event: dict[str, Any]) -> bool:
    return all(event.get(name) is None or is_task_id(event[name]) for name in _IDS)
