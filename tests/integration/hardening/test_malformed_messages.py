"""Malformed messages: each is gone, told once and unquoted, and the next task runs."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from phone_verification.kinds import PollState
from tasks.malformed import RefusedOption
from tests.integration.conftest import Backend
from tests.integration.hardening.conftest import (
    Start,
    broker,
    new_number,
    unacknowledged,
    wait_for_end,
    wait_until_acknowledged,
    works,
)
from tests.shapes import GONE, MARKED, MARKED_CODE, MARKED_NUMBER, QUEUE, RUN, SHAPES, Shape, body, message
from worker.demo.waiting import wait_until
from worker.hardening.flaws import Flaw


def push(backend: Backend, *items: bytes) -> None:
    """Put list items where a worker takes them, the first first."""
    with broker(backend) as redis:
        for item in items:
            redis.lpush(QUEUE, item)


def push_message(backend: Backend, **changes: Any) -> str:
    """Put a message of the open door into the queue of checks; return its task id."""
    task_id = str(uuid4())
    push(backend, json.dumps(message(task_id, **changes)).encode())
    return task_id


def push_check(backend: Backend) -> str:
    """Ask to check a code of a number that nobody else checks; return the task id."""
    return push_message(backend, body=body(([], {"phone_number": new_number(), "code": "123456"}, {})))


def wait_until_done(backend: Backend, task_id: str) -> None:
    """Wait for a task's result."""
    wait_until(
        lambda: backend.client.status(task_id).state is PollState.DONE, f"{task_id} is done", seconds=20
    )


def lines(log: str) -> Iterator[dict[str, Any]]:
    """Read what the worker logged as events."""
    return (json.loads(line) for line in log.splitlines() if line.startswith("{"))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_message_of_any_shape_is_outlived(ours: Backend, shape: Shape) -> None:
    """Dropped with one line, refused with an answer, or run: the next task is done, and nothing is quoted."""
    before, odd_id, good_id = len(ours.log.read_text()), str(uuid4()), str(uuid4())

    good = message(good_id, body=body(([], {**MARKED, "phone_number": ours.number}, {})))
    push(ours, shape.make(odd_id), json.dumps(good).encode())
    wait_until_done(ours, good_id)
    wait_until_acknowledged(ours)

    log = ours.log.read_text()[before:]
    dropped = [line["why"] for line in lines(log) if line["event"] == "message.dropped"]
    refused = [line["field"] for line in lines(log) if line["event"] == "run.invalid_request"]
    assert dropped == ([shape.fate] if isinstance(shape.fate, Flaw) else [])
    assert refused == ([shape.fate] if isinstance(shape.fate, RefusedOption) else [])
    if shape.fate == RUN:
        wait_until_done(ours, odd_id)
    for marked in (MARKED_NUMBER, MARKED_NUMBER.lstrip("0"), MARKED_CODE, body()[8:40]):
        assert marked not in log


def test_a_control_message_that_kombu_cannot_carry_is_dropped(ours: Backend) -> None:
    """What anybody may publish to the workers' remote control ends none of them."""
    with broker(ours) as redis:
        assert redis.publish("/0.celery.pidbox", json.dumps({"pattern": None, **MARKED})) == 1

    wait_until(lambda: '"why": "properties"' in ours.log.read_text(), "it is told", seconds=10)
    assert works(ours)


def test_a_stock_worker_is_brought_down_by_malformed_messages(start: Start) -> None:
    """It keeps one in hand for ever, reconnects for ever because of another, and exits at a third."""
    with start("messages") as stock:
        push_message(stock, body=body(([], MARKED, ["x"])))
        push_message(stock, headers__eta="9999-12-31T23:59:59+00:00")
        assert works(stock)
        assert unacknowledged(stock) == 2

        push_message(stock, headers__id=GONE)
        wait_until(lambda: stock.log.read_text().count("broker lost") > 5, "it reconnects", seconds=20)
        with broker(stock) as redis:
            redis.flushdb()

        push(stock, b"not JSON")
        wait_for_end(stock)
