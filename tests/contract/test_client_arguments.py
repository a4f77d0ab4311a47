"""What a client makes of its arguments and ids: over the fake, and over the real one."""

from uuid import UUID, uuid4

import pytest

from phone_verification import (
    ErrorKind,
    IdempotencyConflictError,
    InvalidArgumentsError,
    Outcome,
    PollState,
)
from phone_verification.kinds import Channel
from tests.contract.asking import check, error, kind, result, send, verification, wrong
from tests.contract.stages import Stage


@pytest.mark.parametrize(
    ("typed", "channel", "expected", "status"),
    [
        ("010-1234-567", "sms", ErrorKind.INVALID_PHONE_NUMBER, 400),
        ("not a number", "sms", ErrorKind.INVALID_PHONE_NUMBER, 400),
        ("011-123-4567", "sms", ErrorKind.INVALID_PHONE_NUMBER, 400),
        ("02-312-3456", "sms", ErrorKind.UNSUPPORTED_PHONE_TYPE, 400),
        ("+1 212 555 2368", "sms", ErrorKind.COUNTRY_BLOCKED, 403),
        ("+1 212 555 2368", "call", ErrorKind.COUNTRY_BLOCKED, 403),
    ],
)
def test_a_number_that_gets_no_code_is_told(
    stage: Stage, typed: str, channel: str, expected: ErrorKind, status: int
) -> None:
    """As a result, whose fault and all; of a number that cannot be read nothing is told."""
    answer = result(stage, stage.client.send(typed, channel=channel))

    assert (kind(answer), error(answer).http_status, answer.outcome) == (expected, status, Outcome.REJECTED)
    assert (answer.verification is None) == (expected is ErrorKind.INVALID_PHONE_NUMBER)
    if answer.verification is not None:
        assert (answer.verification.id, answer.verification.sends) == (answer.task_id, 0)
        assert answer.verification.next_send_at is None


def test_a_landline_can_be_called(stage: Stage) -> None:
    """It cannot get a text, but it can ring."""
    called = result(stage, stage.client.send("02-312-4567", channel="call"))

    assert (called.outcome, verification(called).channel) == (Outcome.SENT, Channel.CALL)


def test_a_check_of_a_number_that_is_none_is_told(stage: Stage) -> None:
    """The number is judged before the code."""
    assert kind(check(stage, "123456", "010-1234-567", None)) is ErrorKind.INVALID_PHONE_NUMBER
    assert kind(check(stage, "123456", "+1 212 555 2368", None)) is ErrorKind.COUNTRY_BLOCKED


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"locale": "not a locale"}, "locale"),
        ({"client_ref": ""}, "client_ref"),
        ({"client_ref": "x" * 257}, "client_ref"),
        ({"phone_number": 1012345678}, "phone_number"),
        ({"phone_number": "0" * 1025}, "phone_number"),
        ({"task_id": "short"}, "task_id"),
        ({"task_id": "user-01012345678"}, "task_id"),
        ({"task_id": "user-010-1234-5678"}, "task_id"),
    ],
)
def test_arguments_of_the_wrong_shape_name_the_field(
    stage: Stage, number: str, wish: dict[str, object], field: str
) -> None:
    """The caller's mistake is an error at once, nothing is sent, and what was given is not repeated."""
    with pytest.raises(InvalidArgumentsError) as raised:
        stage.client.send(**{"phone_number": number, **wish})  # type: ignore[arg-type]

    assert raised.value.field == field
    assert "1012345678" not in str(raised.value)
    assert stage.sent(number) == 0


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"verification_id": None}, "verification_id"),
        ({"verification_id": "010-1234-5678"}, "verification_id"),
        ({"code": 123456}, "code"),
        ({"task_id": "01012345678"}, "task_id"),
    ],
)
def test_a_check_of_the_wrong_shape_names_the_field(
    stage: Stage, number: str, wish: dict[str, object], field: str
) -> None:
    """A lost handle is an error too: checking by the number alone has to be said."""
    given = {"code": "123456", "phone_number": number, "verification_id": "a-handle", **wish}

    with pytest.raises(InvalidArgumentsError) as raised:
        stage.client.check(**given)  # type: ignore[arg-type]

    assert raised.value.field == field


def test_the_same_id_is_the_same_result(stage: Stage, number: str) -> None:
    """Asked again, done again never: one text, and the stored result to the letter."""
    task_id = str(uuid4())
    assert stage.client.send(number, task_id=task_id) == task_id
    first = result(stage, task_id)
    stage.advance(45)

    assert stage.client.send(number, task_id=task_id) == task_id

    assert result(stage, task_id) == first
    assert stage.sent(number) == 1


def test_a_check_under_the_same_id_is_asked_once(stage: Stage, number: str) -> None:
    """A result is frozen: the wrong code of an id stays wrong, and burns one try."""
    handle, task_id = send(stage, number), str(uuid4())
    code = wrong(stage, number)
    for _ in range(2):
        stage.client.check(code, phone_number=number, verification_id=handle, task_id=task_id)
        assert kind(result(stage, task_id)) is ErrorKind.INVALID_CODE

    assert verification(check(stage, wrong(stage, number, 1), number, handle)).checks_left == 3


@pytest.mark.parametrize(
    "other", [{"channel": "call"}, {"locale": "ko"}, {"client_ref": "x"}, {"phone_number": 1}]
)
def test_one_id_for_two_intents_is_a_conflict(stage: Stage, number: str, other: dict[str, str]) -> None:
    """Any other argument, even another spelling of the number, under a used id is told at once."""
    task_id = str(uuid4())
    stage.client.send(number, task_id=task_id)
    first = result(stage, task_id)
    if "phone_number" in other:
        other = {"phone_number": number.replace("-", "")}

    with pytest.raises(IdempotencyConflictError) as raised:
        stage.client.send(**{"phone_number": number, **other}, task_id=task_id)  # type: ignore[arg-type]

    assert raised.value.task_id == task_id
    assert (result(stage, task_id), stage.sent(number)) == (first, 1)


def test_a_send_and_a_check_cannot_share_an_id(stage: Stage, number: str) -> None:
    """They are two intents."""
    handle = send(stage, number)

    with pytest.raises(IdempotencyConflictError):
        stage.client.check("123456", phone_number=number, verification_id=handle, task_id=handle)


@pytest.mark.parametrize("unknown", [str(UUID(int=7)), "no-such-task", "010-1234-5678", ""])
def test_an_id_that_nobody_accepted_is_not_found(stage: Stage, unknown: str) -> None:
    """A lost id is never taken for a queued one, and waiting for it ends."""
    status = stage.client.wait(unknown, timeout_seconds=0.1)

    assert (status.task_id, status.state, status.result) == (unknown, PollState.NOT_FOUND, None)
    assert not status.is_done


def test_a_default_id_is_new_each_time(stage: Stage, number: str) -> None:
    """Pressing resend is another intent."""
    first = send(stage, number)
    second = stage.client.send(number)

    assert first != second
    # It was pressed too soon, but its handle holds all the same: the number's code is its own too.
    assert kind(result(stage, second)) is ErrorKind.RATE_LIMITED
    assert check(stage, stage.code(number), number, second).ok
