"""Events on their way to Flower: arguments are masked, whoever sent them; what cannot be read is no event."""

import base64
import json
from typing import Any

import pytest
from kombu.utils.json import loads

from worker.hardening.events import masked_events

TASK_ID = "3b241101-e2bb-4255-8caf-4136c566a962"
SENT = {"type": "task-sent", "uuid": TASK_ID, "name": "other.task", "args": "('010',)", "kwargs": "{'a': 1}"}


def message(body: bytes) -> dict[str, Any]:
    """An item of an event queue, as kombu decodes it."""
    return {
        "body": base64.b64encode(body).decode(),
        "content-type": "application/json",
        "headers": {},
        "properties": {"body_encoding": "base64", "delivery_tag": "x"},
    }


def events(body: object) -> Any:
    """What a receiver is given in the place of this body."""
    masked = masked_events(message(json.dumps(body).encode()))
    return None if masked is None else loads(base64.b64decode(masked["body"]))


@pytest.mark.parametrize("body", [SENT, [SENT], [SENT, SENT]], ids=["one", "a list", "two"])
def test_arguments_of_any_task_are_masked(body: Any) -> None:
    """One event or many, of our tasks or of others; the rest stays."""
    told = events(body)

    assert {event["args"] for event in told} == {event["kwargs"] for event in told} == {"[masked]"}
    assert {event["name"] for event in told} == {"other.task"}


def test_an_event_without_arguments_stays_as_it_is() -> None:
    """Heartbeats and endings have none."""
    beat = {"type": "worker-heartbeat", "hostname": "a@b", "active": 1}

    assert events(beat) == [beat]


@pytest.mark.parametrize("where", ["uuid", "root_id", "parent_id"])
def test_an_event_whose_id_could_carry_a_number_is_left_out(where: str) -> None:
    """Ids are shown; the others of the same message stay."""
    assert events([SENT, {**SENT, where: "010-1234-5678"}]) == events([SENT])


@pytest.mark.parametrize("name", ["tasks.01012345678", "010-1234-5678", "+821012345678"])
def test_a_name_that_could_carry_a_number_is_masked(name: str) -> None:
    """Flower's metrics count by it, and its pages show it; the event stays."""
    assert events([{**SENT, "name": name}]) == events([{**SENT, "name": "[masked]"}])


@pytest.mark.parametrize("name", ["add", "proj.tasks.add_2026", None])
def test_any_other_name_stays(name: str | None) -> None:
    """Other applications' tasks may be watched too."""
    assert events([{**SENT, "name": name}])[0]["name"] == name


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b"\xff\xfe", b"1", b'["text"]', b'{"__type__": "uuid", "__value__": {}}']
)
def test_what_is_no_event_is_none(body: bytes) -> None:
    """It is dropped before Celery's receiver, which logs what it cannot decode, body and all."""
    assert masked_events(message(body)) is None
