"""Texts of our own: worker, Redis and PostgreSQL at each point of one, and Twilio in its bad ways."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest

from phone_verification.kinds import ErrorKind, Operation, Outcome
from tests.faults.case import Case
from tests.faults.judge import keeps_its_promises
from tests.faults.own_texts import TEXTING, check_wish, comparing, proves_the_phone, text_wish, unwritten
from tests.faults.points import Point, Wish, held_at
from worker.demo.waiting import wait_until

Barrier = Callable[[Case, Wish], AbstractContextManager[str]]


def at(point: Point) -> Barrier:
    """Hold a run where any run can be held."""
    return lambda case, wish: held_at(case, wish, point)


WRITTEN = pytest.param(at(Point.CLAIMED), id="code written, before the POST")
UNWRITTEN = pytest.param(unwritten, id="claimed, before the code is written")
ACCEPTED = pytest.param(at(Point.ACCEPTED), id="Twilio accepted")
POSTING = [pytest.param(at(point), id=point.value) for point in (Point.POSTING, Point.LATE)]


@pytest.fixture
def case(case: Case) -> Case:
    """A case whose worker makes its codes itself."""
    case.stage.crew.become(0)
    case.stage.crew.hire(**TEXTING)
    return case


@pytest.mark.parametrize("barrier", [UNWRITTEN, WRITTEN, *POSTING, ACCEPTED])
def test_own_text_worker_kill_9(case: Case, barrier: Barrier) -> None:
    """A worker that dies at any point loses no text and doubles none, and what arrived proves the phone."""
    number = case.stage.new_number()

    with barrier(case, text_wish(case, number)) as handle:
        case.stage.crew.kill()
    case.stage.crew.hire(**TEXTING)

    proves_the_phone(case, number, handle)
    keeps_its_promises(case)


@pytest.mark.parametrize("barrier", [WRITTEN, ACCEPTED])
def test_own_text_redis_killed_and_restarted(case: Case, barrier: Barrier) -> None:
    """A broker that crashes costs nobody a text."""
    number = case.stage.new_number()

    with barrier(case, text_wish(case, number)) as handle:
        case.stage.broker.restart()

    proves_the_phone(case, number, handle)
    keeps_its_promises(case)


@pytest.mark.parametrize("barrier", [UNWRITTEN, WRITTEN, ACCEPTED])
def test_own_text_postgres_crashed(case: Case, barrier: Barrier) -> None:
    """A code is written or not, and its text leaves only if it is."""
    number = case.stage.new_number()

    with barrier(case, text_wish(case, number)) as handle:
        case.stage.restart_database("immediate")

    proves_the_phone(case, number, handle)
    keeps_its_promises(case)


_ONCE = [
    pytest.param("never_answer", {"processed": True}, id="read timeout, processed before"),
    pytest.param("process_late", {"seconds": 25}, id="read timeout, processed after 25 s"),
    pytest.param("never_answer", {"processed": False}, id="read timeout, never processed"),
    pytest.param("drop_after", {}, id="reset after processing"),
    pytest.param("status", {"status": 503, "body_form": "html", "processed": True}, id="503, processed"),
    pytest.param("status", {"status": 503, "body_form": "html"}, id="503, not processed"),
    pytest.param("status", {"status": 429, "code": 20429}, id="429"),
]


@pytest.mark.parametrize(("action", "fields"), _ONCE)
def test_own_text_twilio_once(case: Case, action: str, fields: dict[str, Any]) -> None:
    """One POST that goes wrong is settled by the list of messages, and never doubled."""
    if "seconds" in fields:
        fields = {**fields, "seconds": case.stage.seconds(fields["seconds"])}
    number = case.stage.new_number()
    case.fault(action, "message", **fields)

    handle = case.send(number)

    proves_the_phone(case, number, handle)
    keeps_its_promises(case)


@pytest.mark.parametrize("action", ["drop_after", "drop_before"])
def test_own_text_list_failing(case: Case, action: str) -> None:
    """A list that fails is no evidence: nothing is asked for again, and what arrived is good."""
    number = case.stage.new_number()
    case.fault(action, "message")
    case.fault("status", "messages", status=503, code=20503, times=None)

    result = case.result(handle := case.send(number))
    case.stage.phone.remove_fault()

    assert result.error is not None
    assert result.error.kind is ErrorKind.OUTCOME_UNKNOWN
    proves_the_phone(case, number, handle)
    # Nobody could find out whether a text was owed.
    keeps_its_promises(case, demands_texts=False)


def test_own_text_code_typed_before_it_is_settled(case: Case) -> None:
    """While nobody knows what became of the text, its owner types it."""
    number = case.stage.new_number()
    with held_at(case, text_wish(case, number), Point.ACCEPTED) as handle:
        case.check(case.code(number), number, handle, is_right=True)
        wait_until(lambda: case.result(case.intents[-1].task_id), "the check ends", seconds=15)

    assert case.result(handle).outcome is Outcome.SENT
    keeps_its_promises(case)


@pytest.mark.parametrize("barrier", [POSTING[0], ACCEPTED])
def test_message_worker_kill_9(case: Case, barrier: Barrier) -> None:
    """A text of a caller's own words is no worse off than one with a code."""
    number = case.stage.new_number()
    ask = partial(case.message, number, "주문하신 물건이 오늘 도착합니다.")

    with barrier(case, Wish(operation=Operation.MESSAGE, endpoint="message", ask=ask)) as task_id:
        case.stage.crew.kill()
    case.stage.crew.hire(**TEXTING)

    assert case.result(task_id).outcome is Outcome.SENT
    keeps_its_promises(case)


@pytest.mark.parametrize("end", ["worker kill -9", "PostgreSQL crashed"])
def test_own_check_interrupted_while_it_compares(case: Case, end: str) -> None:
    """What was not written down was not compared: the right code is approved by whoever comes next."""
    number = case.stage.new_number()
    handle, code = case.sent(number)

    with comparing(case, check_wish(case, code, number, handle)) as task_id:
        if end == "worker kill -9":
            case.stage.crew.kill()
            case.stage.crew.hire(**TEXTING)
        else:
            case.stage.restart_database("immediate")

    assert case.result(task_id).outcome is Outcome.APPROVED
    keeps_its_promises(case)


def test_own_check_frozen_while_it_compares(case: Case) -> None:
    """A worker that sleeps in a transaction keeps its run, and the number's codes, from nobody for long."""
    crew, number = case.stage.crew, case.stage.new_number()
    handle, code = case.sent(number)

    with comparing(case, check_wish(case, code, number, handle)) as task_id:
        frozen = crew.freeze()
        crew.hire(**TEXTING)
    ended = case.result(task_id)
    again = case.result(case.check(code, number, handle, is_right=True))
    crew.thaw(frozen)

    assert ended.outcome in {Outcome.APPROVED, Outcome.UNKNOWN}
    assert again.outcome is Outcome.APPROVED
    keeps_its_promises(case)
