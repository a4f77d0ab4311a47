"""The open door: any Celery client, any language, arguments in the message."""

import base64
import json
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import redis as redis_client
from celery import Celery
from sqlalchemy import select

from models import TaskRun
from phone_verification.kinds import ErrorKind, PollState
from tests.integration.conftest import Backend
from worker.demo.waiting import wait_until


@pytest.fixture
def caller(backend: Backend) -> Iterator[Celery]:
    """A stock Celery app that knows nothing but the names on the wire."""
    app = Celery(broker=backend.redis.url(), backend=backend.redis.url(1), set_as_current=False)
    yield app
    app.close()


def ask(caller: Celery, task: str, task_id: str | None = None, **arguments: Any) -> Any:
    """Enqueue as any backend would; return the AsyncResult."""
    queue = "verification.send" if "send" in task else "verification.check"
    return caller.send_task(task, kwargs=arguments, task_id=task_id, queue=queue)


def runs(backend: Backend, task_id: str) -> list[Any]:
    """The rows of a task id."""
    with backend.database.transaction() as connection:
        return list(connection.execute(select(TaskRun).where(TaskRun.task_id == task_id)))


def test_a_stock_celery_client_verifies_a_number(backend: Backend, caller: Celery) -> None:
    """Send and check through the message, results through Celery's own keys."""
    sent = ask(caller, "tasks.send_verification", phone_number=backend.number, client_ref="ip")
    handle = sent.get(timeout=20)["verification"]["id"]
    code = backend.phone.code(backend.e164)

    checked = ask(
        caller,
        "tasks.check_verification",
        phone_number=backend.number,
        code=code,
        verification_id=handle,
    ).get(timeout=20)

    assert handle == sent.id
    assert (checked["outcome"], checked["ok"], checked["version"]) == ("approved", True, 1)
    assert backend.client.status(sent.id).state is PollState.DONE


def test_the_same_message_twice_is_one_text(backend: Backend, caller: Celery) -> None:
    """A caller who tries again under the same id gets the stored result, and no second text."""
    task_id = str(uuid.uuid4())
    first = ask(caller, "tasks.send_verification", task_id, phone_number=backend.number).get(timeout=20)

    ask(caller, "tasks.send_verification", task_id, phone_number=backend.number)
    wait_until(lambda: is_idle(backend), "the second message is consumed", seconds=10)

    assert backend.phone.sent(backend.e164) == 1
    assert caller.AsyncResult(task_id).get(timeout=20) == first


def test_other_arguments_under_one_id_leave_the_first_result(backend: Backend, caller: Celery) -> None:
    """A conflict is ignored: storing it would poison the first caller's result."""
    task_id = str(uuid.uuid4())
    first = ask(caller, "tasks.send_verification", task_id, phone_number=backend.number).get(timeout=20)

    ask(caller, "tasks.send_verification", task_id, phone_number="010-9999-9999")
    wait_until(lambda: "run.idempotency_conflict" in backend.log.read_text(), "it is logged", seconds=10)

    assert caller.AsyncResult(task_id).get(timeout=20) == first
    assert backend.phone.sent("+821099999999") == 0


def test_two_sends_for_one_number_take_turns(backend: Backend, caller: Celery) -> None:
    """While one start is under way the other waits its turn, and both callers get their results."""
    held = backend.phone.fault("hold", "start", when="after")
    first = ask(caller, "tasks.send_verification", phone_number=backend.number)
    backend.phone.wait_held(held)
    second = ask(caller, "tasks.send_verification", phone_number=backend.number)
    wait_until(lambda: second.state == "RETRY", "the second waits", seconds=10)
    backend.phone.release(held)

    results = [asked.get(timeout=30) for asked in (first, second)]

    assert [result["outcome"] for result in results] == ["sent", "sent"]
    assert [result["verification"]["sends"] for result in results] == [1, 2]
    assert backend.phone.counts()["most_in_flight"] == 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"channel": "sms"}, "phone_number"),
        ({"phone_number": 1098765432}, "phone_number"),
        ({"phone_number": "01098765432", "channel": "fax"}, "channel"),
        ({"phone_number": "01098765432", "options": {"x": 1}}, "options"),
        ({"phone_number": "01098765432", "surprise": 1}, "surprise"),
        ({"phone_number": "01098765432", "self": 1}, "self"),
        ({"phone_number": "01098765432", "01098765432": 1}, "(an unknown name)"),
        ({"phone_number": "01098765432", "requested_at": "now"}, "requested_at"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_message_of_the_wrong_shape_is_answered_once(
    backend: Backend, caller: Celery, arguments: dict[str, Any], field: str
) -> None:
    """It is consumed, stored as invalid_request, and one log line names the field, never the value."""
    asked = ask(caller, "tasks.send_verification", **arguments)

    result = asked.get(timeout=20)

    assert result["error"]["kind"] == ErrorKind.INVALID_REQUEST
    assert [row.error_kind for row in runs(backend, asked.id)] == [ErrorKind.INVALID_REQUEST]
    lines = [line for line in backend.log.read_text().splitlines() if asked.id in line]
    assert len([line for line in lines if "run.invalid_request" in line]) == 1
    assert json.loads(lines[0])["field"] == field
    assert "98765432" not in backend.log.read_text()


def test_positional_arguments_are_refused(backend: Backend, caller: Celery) -> None:
    """The contract has names only."""
    asked = caller.send_task("tasks.send_verification", args=[backend.number], queue="verification.send")

    assert asked.get(timeout=20)["error"]["kind"] == "invalid_request"


def test_a_wrong_message_never_touches_a_live_run(backend: Backend, caller: Celery) -> None:
    """The id of somebody's run with arguments of the wrong shape changes nothing."""
    handle = backend.client.send(backend.number)
    before = backend.result(handle)

    ask(caller, "tasks.send_verification", handle, phone_number=1)
    wait_until(lambda: is_idle(backend), "the message is consumed", seconds=10)

    assert backend.client.status(handle).result == before


def test_an_id_without_a_row_is_dropped(backend: Backend, caller: Celery) -> None:
    """A message with nothing but an unknown id stores nothing and harms nobody."""
    task_id = str(uuid.uuid4())

    ask(caller, "tasks.send_verification", task_id)
    wait_until(lambda: is_idle(backend), "the message is consumed", seconds=10)

    assert backend.client.status(task_id).state is PollState.NOT_FOUND
    assert backend.result(backend.client.send(backend.number)).ok


def test_an_id_that_could_carry_a_number_is_dropped_unprinted(backend: Backend, caller: Celery) -> None:
    """A phone number as a task id reaches neither a log nor a table."""
    ask(caller, "tasks.send_verification", "01077778888", phone_number=backend.number)
    wait_until(lambda: is_idle(backend), "the message is consumed", seconds=10)

    assert "01077778888" not in backend.log.read_text()
    assert runs(backend, "01077778888") == []


def test_an_overdue_message_ends_without_a_text(backend: Backend, caller: Celery) -> None:
    """The deadline counts from when the caller asked, and the result reaches the caller's key."""
    asked = ask(caller, "tasks.send_verification", phone_number=backend.number, requested_at=1_000_000_000)

    result = asked.get(timeout=20)

    assert result["error"]["kind"] == "provider_unavailable"
    assert backend.phone.sent(backend.e164) == 0


def test_bare_redis_commands_are_enough(backend: Backend) -> None:
    """Any language: one LPUSH to ask, one GET to poll."""
    task_id = str(uuid.uuid4())
    body = json.dumps([[], {"phone_number": backend.number}, {}]).encode()
    message = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"task": "tasks.send_verification", "id": task_id},
        "properties": {
            "delivery_tag": str(uuid.uuid4()),
            "delivery_info": {"exchange": "", "routing_key": "verification.send"},
            "body_encoding": "base64",
        },
    }
    with (
        redis_client.Redis(port=backend.redis.port) as broker,
        redis_client.Redis(port=backend.redis.port, db=1) as results,
    ):
        broker.lpush("verification.send", json.dumps(message))
        stored = wait_until(lambda: results.get(f"celery-task-meta-{task_id}"), "the result key", seconds=20)

    answer = json.loads(stored)  # type: ignore[arg-type]
    assert (answer["status"], answer["result"]["outcome"]) == ("SUCCESS", "sent")


def test_no_argument_is_in_an_event_or_a_log(backend: Backend, caller: Celery) -> None:
    """A stock producer writes arguments into its headers; the worker repeats them nowhere."""
    seen: list[dict[str, Any]] = []
    with caller.connection_for_read() as connection:
        receiver = caller.events.Receiver(connection, handlers={"*": seen.append})
        capture = threading.Thread(target=receiver.capture, kwargs={"wakeup": False}, daemon=True)
        capture.start()
        wait_until(lambda: seen, "the receiver hears the worker's heartbeat", seconds=20)
        ask(caller, "tasks.send_verification", phone_number=backend.number).get(timeout=20)
        wait_until(
            lambda: any(event["type"] == "task-succeeded" for event in list(seen)),
            "the worker's event",
            seconds=20,
        )
        receiver.should_stop = True
        capture.join(timeout=10)
    from_worker = [event for event in seen if event.get("hostname", "").startswith("test@")]
    digits = backend.number.replace("-", "")
    assert {event["type"] for event in from_worker} >= {"task-received", "task-succeeded"}
    assert backend.number not in json.dumps(from_worker)
    assert digits not in json.dumps(from_worker)
    assert backend.number not in backend.log.read_text()
    assert digits not in backend.log.read_text()


def is_idle(backend: Backend) -> bool:
    """Nothing waits and nothing is unacknowledged."""
    with redis_client.Redis(port=backend.redis.port) as broker:
        return (
            broker.llen("verification.send") == 0
            and broker.llen("verification.check") == 0
            and broker.zcard("unacked_index") == 0
        )
