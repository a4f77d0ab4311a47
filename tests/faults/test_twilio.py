"""Twilio in every bad way: silent, late, broken, full, wrong, away."""

from typing import Any

import pytest

from phone_verification.kinds import Operation, Outcome
from tests.faults.blackhole import black_hole
from tests.faults.case import Case
from tests.faults.judge import keeps_its_promises
from tests.faults.points import OPERATIONS, prepare
from tests.faults.timeline import Part
from worker.demo.waiting import wait_until

EITHER = pytest.mark.parametrize("operation", OPERATIONS)
_BODIES = [
    pytest.param("status", {"status": status, "body_form": form, "processed": processed}, id=name)
    for status in (500, 502, 503, 504)
    for form, processed in (("json", False), ("html", True), ("empty", False))
    for name in (f"{status} {form}{', processed' if processed else ''}",)
]
_ONCE = [
    pytest.param("refuse", {"seconds": 10}, id="refused for 10 s"),
    pytest.param("never_answer", {"processed": True}, id="read timeout, processed before"),
    pytest.param("process_late", {"seconds": 5}, id="answer after 5 s"),
    pytest.param("process_late", {"seconds": 15}, id="read timeout, processed after 15 s"),
    pytest.param("process_late", {"seconds": 25}, id="read timeout, processed after 25 s"),
    pytest.param("process_late", {"seconds": 38}, id="processed 28 s after our timeout"),
    pytest.param("never_answer", {"processed": False}, id="read timeout, never processed"),
    pytest.param("drop_before", {}, id="hung up, not processed"),
    pytest.param("drop_after", {}, id="reset after processing"),
    *_BODIES,
    pytest.param("status", {"status": 429, "code": 20429}, id="429"),
    pytest.param("status", {"status": 429, "code": 20429, "retry_after": "3"}, id="429 with Retry-After"),
    pytest.param("truncated_json", {}, id="truncated JSON"),
    pytest.param("cut_answer", {}, id="answer cut off"),
    pytest.param("wrong_json", {}, id="a web page under 200"),
    pytest.param("redirect", {}, id="redirect"),
]


@EITHER
@pytest.mark.parametrize(("action", "fields"), _ONCE)
def test_twilio_once(case: Case, operation: Operation, action: str, fields: dict[str, Any]) -> None:
    """One call that goes wrong in any way is settled; nothing is doubled and nothing invented."""
    wish = prepare(case, operation)
    if "seconds" in fields:
        fields = {**fields, "seconds": case.stage.seconds(fields["seconds"])}
    fault = case.fault(action, wish.endpoint, **fields)

    wish.ask()
    wait_until(
        lambda: next(rule for rule in case.stage.phone.faults() if rule["id"] == fault)["hits"],
        "the fault has hit",
        seconds=20,
    )

    keeps_its_promises(case)


@EITHER
def test_twilio_answers_for_somebody_else(case: Case, operation: Operation) -> None:
    """An answer about another number's verification is no answer to ours."""
    stranger = case.stage.new_number()
    handle, code = case.sent(stranger)
    assert case.result(case.check(code, stranger, handle, is_right=True)).outcome is Outcome.APPROVED
    wish = prepare(case, operation)
    case.fault("other_body", wish.endpoint, of=case.intents[0].to)

    wish.ask()

    keeps_its_promises(case)


def test_somebody_elses_approval_is_not_ours(case: Case) -> None:
    """A wrong code is not approved by an answer that is meant for another connection."""
    number = case.stage.new_number()
    handle, code = case.sent(number)
    body = {"status": "approved", "valid": True, "to": "+821099990000", "sid": "VE" + "0" * 32}
    case.fault("other_body", "check", body=body)

    result = case.result(case.check(code[::-1] if code[::-1] != code else "000000", number, handle))

    assert result.outcome is not Outcome.APPROVED
    keeps_its_promises(case)


@EITHER
def test_twilio_connect_timeout(case: Case, operation: Operation) -> None:
    """While nobody lets us in nothing has left, and a later try is not a second one."""
    stage, wish = case.stage, prepare(case, operation)
    stage.timeline.note("Twilio lets nobody in", Part.TWILIO)
    stage.phone.outage("refuse")
    with black_hole(stage.simulator_url) as is_knocked_at:
        wish.ask()
        wait_until(is_knocked_at, "somebody knocks", seconds=15)
        case.lasting(8)
    stage.phone.outage("off")
    stage.timeline.note("Twilio lets us in", Part.TWILIO)

    keeps_its_promises(case)


@EITHER
def test_twilio_without_a_name(case: Case, operation: Operation) -> None:
    """A name that does not resolve is waited out: another worker, with DNS, sends."""
    crew, wish = case.stage.crew, prepare(case, operation)
    crew.kill()
    nameless = crew.hire(TWILIO_BASE_URL="http://twilio.invalid:80")
    case.stage.timeline.note("no DNS", Part.TWILIO)
    task_id = wish.ask()
    wait_until(lambda: case.attempts(task_id) > 0, "the first try fails", seconds=15)
    crew.kill(nameless)
    crew.hire()
    case.stage.timeline.note("DNS is back", Part.TWILIO)

    keeps_its_promises(case)


def test_twilio_starts_hang_while_checks_are_well(case: Case) -> None:
    """Sends that hang leave room for checks: each is approved while they do."""
    stage = case.stage
    waiting = [(number, *case.sent(number)) for number in (stage.new_number() for _ in range(3))]
    fault = case.fault("never_answer", "start", times=None, processed=False)
    for _ in range(3 * stage.crew.concurrency):
        case.send(stage.new_number())

    checks = [case.check(code, number, handle, is_right=True) for number, handle, code in waiting]
    outcomes = [case.result(check).outcome for check in checks]
    stage.phone.remove_fault(fault)
    stage.timeline.note("starts answer again", Part.TWILIO)

    assert outcomes == [Outcome.APPROVED] * 3
    keeps_its_promises(case)


@pytest.mark.parametrize("mode", ["refuse", "503"])
def test_twilio_away_for_a_minute(case: Case, mode: str) -> None:
    """An outage is ridden out: every send accepted during it ends sent."""
    stage = case.stage
    with case.twilio_away(mode):
        for _ in range(10):
            case.send(stage.new_number())
            case.lasting(6)
    handles = [intent.task_id for intent in case.intents]

    assert [case.result(handle).outcome for handle in handles] == [Outcome.SENT] * 10
    keeps_its_promises(case)
