"""A text of the caller's own words: one intent, at most one text, and what became of it."""

import pytest

from phone_verification.arguments import read_arguments
from phone_verification.errors import InvalidArgumentsError
from phone_verification.kinds import Operation, RunState
from tests.integration.settling.lab import E164, Lab

BODY = "주문하신 물건이 오늘 도착합니다."


def bodies(lab: Lab) -> list[str]:
    """What the person's phone got."""
    return [text["body"] for text in lab.phone.messages(E164)]


def test_a_message_is_sent_as_it_was_written(lab: Lab) -> None:
    """The text is the caller's; the row keeps no word of it."""
    task_id = lab.message(BODY)

    assert lab.outcome(task_id) == "sent"
    assert bodies(lab) == [BODY]
    assert lab.run(task_id).sealed_arguments is None
    assert lab.run(task_id).result["verification"] is None
    assert lab.owners() == {lab.run(task_id).provider_sid: task_id}


def test_the_same_id_again_sends_nothing_again(lab: Lab) -> None:
    """A redelivery meets the frozen result."""
    task_id = lab.message(BODY)

    lab.deliver(task_id)

    assert len(bodies(lab)) == 1


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_a_lost_answer_makes_one_message(lab: Lab, fault: str) -> None:
    """Found, or proven missing and sent then."""
    lab.phone.fault(fault, "message")
    task_id = lab.message(BODY)
    assert lab.run(task_id).state is RunState.AMBIGUOUS
    lab.until_quiet(task_id)

    lab.deliver(task_id)

    assert lab.outcome(task_id) == "sent"
    assert bodies(lab) == [BODY]


def test_a_code_waits_for_a_message_in_doubt(lab: Lab) -> None:
    """Two texts to one number in doubt at once could not be told apart."""
    lab.phone.fault("drop_after", "message")
    message = lab.message(BODY)

    code = lab.send()
    assert (lab.run(code).state, lab.run(code).posts) == (RunState.ACCEPTED, 0)
    lab.deliver(message)
    lab.pass_time(60)
    lab.deliver(code)

    assert (lab.outcome(message), lab.outcome(code)) == ("sent", "sent")
    assert len(bodies(lab)) == 2
    assert set(lab.owners().values()) == {message, code}


def test_an_outage_is_ridden_out(lab: Lab) -> None:
    """What did not leave waits and is tried again."""
    lab.phone.fault("status", "message", status=429, code=20429)
    task_id = lab.message(BODY)
    assert lab.run(task_id).state is RunState.WAITING

    lab.deliver(task_id)

    assert lab.outcome(task_id) == "sent"


def test_messages_do_not_use_up_a_numbers_codes(lab: Lab) -> None:
    """The waits between codes are counted by codes alone."""
    lab.message(BODY)
    handle = lab.send()

    assert lab.outcome(handle) == "sent"
    assert lab.run(handle).result["verification"]["sends"] == 1


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("010-1234-567", "invalid_phone_number"),
        ("02-312-3456", "unsupported_phone_type"),
        ("+1 212 555 2368", "country_blocked"),
    ],
)
def test_a_number_that_gets_no_message_is_told_without_asking(lab: Lab, number: str, kind: str) -> None:
    """What our own rules refuse never reaches Twilio."""
    task_id = lab.message(BODY, number)

    assert lab.outcome(task_id) == kind
    assert lab.phone.requests(endpoint="message") == []


@pytest.mark.parametrize("body", ["", "  \n", "x" * 1601, 5, None])
def test_a_message_without_words_is_the_callers_mistake(body: object) -> None:
    """Told by the field's name, never by what was in it."""
    with pytest.raises(InvalidArgumentsError) as caught:
        read_arguments(Operation.MESSAGE, {"phone_number": "010-1234-5678", "body": body})

    assert caught.value.field == "body"
