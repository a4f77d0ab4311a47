"""The same thing twice, and two things at once."""

import json

import pytest

from phone_verification.kinds import Operation, Outcome, PollState
from phone_verification.task_ids import new_task_id
from tests.faults.case import Case, wrong
from tests.faults.judge import keeps_its_promises
from tests.faults.open_door import knock, push
from worker.demo.waiting import wait_until


def test_redelivery_while_the_first_delivery_runs(case: Case) -> None:
    """The visibility timeout passes while Twilio is being asked: the second delivery vanishes."""
    phone = case.stage.phone
    hold = case.fault("hold", "start", when="after")
    case.send(case.stage.new_number())
    phone.wait_held(hold)
    with case.stage.broker.client() as client:
        unacknowledged = [json.loads(entry)[0] for entry in client.hgetall("unacked").values()]
    assert len(unacknowledged) == 1

    case.stage.timeline.note("redelivered")
    for message in unacknowledged * 3:
        push(case, Operation.SEND, json.dumps(message))
    wait_until(lambda: not case.stage.broker.left().get("verification.send"), "taken", seconds=10)
    phone.release(hold)

    keeps_its_promises(case)


def test_one_id_delivered_to_two_workers(case: Case) -> None:
    """Two workers with the same message: one of them claims."""
    crew = case.stage.crew
    crew.hire()
    frozen = [crew.freeze(), crew.freeze()]
    handle = case.send(case.stage.new_number())
    for _ in range(6):
        knock(case, Operation.SEND, handle)
    case.stage.timeline.note("six more deliveries to two workers")

    for worker in frozen:
        crew.thaw(worker)

    keeps_its_promises(case)


def test_two_sends_for_one_number_at_once(case: Case) -> None:
    """Two wishes are two texts, one after the other, though two workers have them at the same time."""
    crew, number = case.stage.crew, case.stage.new_number()
    crew.hire()
    frozen = [crew.freeze(), crew.freeze()]
    handles = [case.send(number), case.send(number)]
    for worker in frozen:
        crew.thaw(worker)

    assert [case.result(handle).outcome for handle in handles] == [Outcome.SENT] * 2
    keeps_its_promises(case)


def test_two_tabs_press_one_code_at_once(case: Case) -> None:
    """The same right code from two tabs is approved in both: once by Twilio, once from our record."""
    crew, number = case.stage.crew, case.stage.new_number()
    crew.hire()
    handle, code = case.sent(number)
    frozen = [crew.freeze(), crew.freeze()]
    checks = [case.check(code, number, handle, is_right=True) for _ in range(2)]
    for worker in frozen:
        crew.thaw(worker)

    assert [case.result(check).outcome for check in checks] == [Outcome.APPROVED] * 2
    keeps_its_promises(case)


def test_a_right_and_a_wrong_code_at_once(case: Case) -> None:
    """The wrong one is never approved, the right one never refused."""
    number = case.stage.new_number()
    handle, code = case.sent(number)
    worker = case.stage.crew.freeze()
    case.check(wrong(code), number, handle)
    right = case.check(code, number, handle, is_right=True)
    case.stage.crew.thaw(worker)

    assert case.result(right).outcome is Outcome.APPROVED
    keeps_its_promises(case)


def test_a_lost_verdict_and_another_code_at_once(case: Case) -> None:
    """A right code's answer is lost while a wrong one is asked: nobody gets the other's approval."""
    number = case.stage.new_number()
    handle, code = case.sent(number)
    case.fault("drop_after", "check")
    lost = case.check(code, number, handle, is_right=True)
    wait_until(lambda: case.attempts(lost) > 0, "the answer is lost", seconds=10)
    case.check(wrong(code), number, handle)

    keeps_its_promises(case)
    again = case.check(code, number, handle, is_right=True)
    assert case.result(again).outcome in (Outcome.APPROVED, Outcome.UNKNOWN)


@pytest.mark.parametrize("order", ["right first", "wrong first"])
def test_a_lost_verdict_that_nobody_can_look_up(case: Case, order: str) -> None:
    """A code's answer is lost and Twilio shows nothing: another code waits, and asking again tells."""
    number = case.stage.new_number()
    handle, code = case.sent(number)
    case.fault("drop_after", "check", times=2)
    blind = [case.fault("status", endpoint, times=None) for endpoint in ("fetch", "attempts")]
    codes = [code, wrong(code)] if order == "right first" else [wrong(code), code]
    checks = []
    for pressed in codes:
        checks.append(case.check(pressed, number, handle, is_right=pressed == code))
        wait_until(lambda: case.attempts(checks[0]) > 0, "the first answer is lost", seconds=10)
    case.lasting(5)
    for fault in blind:
        case.stage.phone.remove_fault(fault)
    for check in checks:
        case.result(check)

    again = case.result(case.check(code, number, handle, is_right=True))

    assert again.outcome is Outcome.APPROVED
    keeps_its_promises(case)


def test_a_lost_verdict_pressed_again(case: Case) -> None:
    """Whatever the first press was told, the same code pressed again is told the truth."""
    number = case.stage.new_number()
    handle, code = case.sent(number)
    case.fault("drop_after", "check")
    first = case.check(code, number, handle, is_right=True)
    case.result(first)

    again = case.check(code, number, handle, is_right=True)

    assert case.result(again).outcome is Outcome.APPROVED
    keeps_its_promises(case)


def test_resend_while_the_first_send_is_in_doubt(case: Case) -> None:
    """Pressing resend is a second wish: it waits for the first to be settled, and both are answered."""
    number = case.stage.new_number()
    case.fault("drop_after", "start")
    first = case.send(number)
    wait_until(lambda: case.attempts(first) > 0, "the answer is lost", seconds=10)
    second = case.send(number)

    assert [case.result(handle).outcome for handle in (first, second)] == [Outcome.SENT] * 2
    keeps_its_promises(case)


def test_resend_while_nothing_of_the_first_landed(case: Case) -> None:
    """The first wish never reached Twilio: after the quiet period each wish is one text."""
    number = case.stage.new_number()
    case.fault("drop_before", "start")
    first = case.send(number)
    wait_until(lambda: case.attempts(first) > 0, "the answer is lost", seconds=10)
    case.send(number)

    keeps_its_promises(case)


def test_approval_before_its_send_is_settled(case: Case) -> None:
    """The text came, its answer did not: typing the code is approved and settles the send."""
    number = case.stage.new_number()
    hold = case.fault("hold", "start", when="after")
    handle = case.send(number)
    case.stage.phone.wait_held(hold)
    code = case.code(number)

    checked = case.result(case.check(code, number, handle, is_right=True))
    case.stage.phone.release(hold, drop=True)

    assert checked.outcome is Outcome.APPROVED
    assert case.result(handle).outcome is Outcome.SENT
    keeps_its_promises(case)


def test_the_open_door_under_one_id_twice(case: Case) -> None:
    """Two messages with the same id and arguments are one wish."""
    number, task_id = case.stage.new_number(), new_task_id()
    worker = case.stage.crew.freeze()
    for _ in range(3):
        knock(case, Operation.SEND, task_id, phone_number=number)
    case.stage.crew.thaw(worker)
    case.note_send(task_id, number)
    wait_until(
        lambda: case.stage.client.status(task_id).state is PollState.DONE, "it is answered", seconds=30
    )

    keeps_its_promises(case)
