"""What a client promises of texts of the caller's own words, over the fake and the real one."""

import pytest

from phone_verification import IdempotencyConflictError, InvalidArgumentsError, new_task_id
from phone_verification.kinds import ErrorKind, Operation, Outcome
from tests.contract.asking import error, result, send
from tests.contract.stages import Stage

BODY = "주문하신 물건이 오늘 도착합니다."


def test_a_message_is_one_text(stage: Stage, number: str) -> None:
    """It ends `sent`, and tells of no verification."""
    sent = result(stage, stage.client.send_message(number, BODY))

    assert (sent.operation, sent.outcome, sent.ok) == (Operation.MESSAGE, Outcome.SENT, True)
    assert (sent.error, sent.verification) == (None, None)
    assert stage.sent(number) == 1


def test_the_same_id_again_is_the_same_message(stage: Stage, number: str) -> None:
    """Another id is another text, and other words under one id a conflict."""
    task_id = new_task_id()
    first = result(stage, stage.client.send_message(number, BODY, task_id=task_id))

    again = result(stage, stage.client.send_message(number, BODY, task_id=task_id))
    with pytest.raises(IdempotencyConflictError):
        stage.client.send_message(number, "other words", task_id=task_id)
    result(stage, stage.client.send_message(number, BODY))

    assert again == first
    assert stage.sent(number) == 2


def test_messages_use_up_no_codes(stage: Stage, number: str) -> None:
    """The first code after a message is the number's first."""
    result(stage, stage.client.send_message(number, BODY))

    handle = send(stage, number)

    sent = result(stage, handle)
    assert sent.verification is not None
    assert sent.verification.sends == 1


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("010-1234-567", ErrorKind.INVALID_PHONE_NUMBER),
        ("02-312-3456", ErrorKind.UNSUPPORTED_PHONE_TYPE),
        ("+1 212 555 2368", ErrorKind.COUNTRY_BLOCKED),
    ],
)
def test_a_number_that_gets_no_message_is_told(stage: Stage, typed: str, kind: ErrorKind) -> None:
    """Classified as for a code."""
    refused = result(stage, stage.client.send_message(typed, BODY))

    assert error(refused).kind is kind
    assert refused.verification is None


@pytest.mark.parametrize("body", ["", " \n", "x" * 1601])
def test_a_message_without_words_is_the_callers_mistake(stage: Stage, number: str, body: str) -> None:
    """Nothing is accepted, and the error names the field alone."""
    with pytest.raises(InvalidArgumentsError) as caught:
        stage.client.send_message(number, body)

    assert caught.value.field == "body"
    assert stage.sent(number) == 0
