"""How often a client's wishes are granted: the guard's defaults, over the fake and over the real worker."""

from phone_verification import ErrorKind, Fault, Outcome
from tests.contract.asking import check, error, kind, result, send, verification, wrong
from tests.contract.stages import Stage


def test_every_answer_says_when_the_next_text_may_be_asked_for(stage: Stage, number: str) -> None:
    """A countdown needs nothing else: 30 s after the first text, whoever asks."""
    sent = result(stage, stage.client.send(number))
    assert 29 <= (verification(sent).next_send_in or 0) <= 30
    at = verification(sent).next_send_at
    assert at is not None
    assert 29 <= (at - sent.finished_at).total_seconds() <= 30

    stage.advance(10)
    mistyped = check(stage, wrong(stage, number), number, sent.task_id)

    assert 18 <= (verification(mistyped).next_send_in or 0) <= 20
    stage.advance(25)
    assert verification(check(stage, stage.code(number), number, sent.task_id)).next_send_in == 0


def test_a_resend_waits_longer_each_time(stage: Stage, number: str) -> None:
    """30, 40, 60 and 90 seconds: too early is refused with the wait, in time is sent."""
    send(stage, number)
    for wait, following in ((30, 40), (40, 60), (60, 90)):
        stage.advance(wait - 10)
        early = result(stage, stage.client.send(number))
        assert (kind(early), error(early).http_status) == (ErrorKind.RATE_LIMITED, 429)
        assert (error(early).fault, error(early).retryable) == (Fault.USER, True)
        assert 8 <= (error(early).retry_after or 0) <= 10
        assert verification(early).next_send_in == error(early).retry_after
        assert verification(early).sends == 0
        stage.advance(11)
        sent = result(stage, stage.client.send(number))
        assert sent.outcome is Outcome.SENT
        assert following - 1 <= (verification(sent).next_send_in or 0) <= following

    assert stage.sent(number) == 4


def test_a_number_gets_five_texts_in_ten_minutes(stage: Stage, number: str) -> None:
    """The sixth is refused until the first has left the window."""
    for wait in (31, 41, 61, 91, 121):
        send(stage, number)
        stage.advance(wait)

    refused = result(stage, stage.client.send(number))

    left = 600 - 31 - 41 - 61 - 91 - 121
    assert kind(refused) is ErrorKind.RATE_LIMITED
    assert left - 3 <= (error(refused).retry_after or 0) <= left
    stage.advance(left + 1)
    assert result(stage, stage.client.send(number)).outcome is Outcome.SENT


def test_a_number_gets_ten_texts_a_day(stage: Stage, number: str) -> None:
    """However far apart."""
    for _ in range(10):
        send(stage, number)
        stage.advance(1_000)

    refused = result(stage, stage.client.send(number))

    assert kind(refused) is ErrorKind.RATE_LIMITED
    assert 76_300 < (error(refused).retry_after or 0) <= 76_400
    stage.advance(76_401)
    assert result(stage, stage.client.send(number)).outcome is Outcome.SENT


def test_a_caller_gets_twenty_texts_an_hour(stage: Stage, number: str) -> None:
    """Whatever numbers it names; another caller and nobody in particular are not held back."""
    numbers = [number.replace("5678", f"{last}") for last in range(6000, 6023)]
    caller = f"caller-{number[4:8]}"
    for one in numbers[:20]:
        assert result(stage, stage.client.send(one, client_ref=caller)).outcome is Outcome.SENT

    refused = result(stage, stage.client.send(numbers[20], client_ref=caller))

    assert kind(refused) is ErrorKind.RATE_LIMITED
    assert 3_500 < (error(refused).retry_after or 0) <= 3_600
    # That number itself has had no text.
    assert verification(refused).next_send_in == 0
    assert result(stage, stage.client.send(numbers[21], client_ref=f"{caller}-too")).outcome is Outcome.SENT
    assert result(stage, stage.client.send(numbers[22])).outcome is Outcome.SENT
    stage.advance(3_601)
    assert result(stage, stage.client.send(numbers[20], client_ref=caller)).outcome is Outcome.SENT


def test_three_wrong_codes_without_a_handle_leave_the_owner_two_tries(stage: Stage, number: str) -> None:
    """Who knows only a number does not use up the five tries of its owner's code."""
    handle = send(stage, number)
    for at in range(3):
        assert kind(check(stage, wrong(stage, number, at), number, None)) is ErrorKind.INVALID_CODE

    refused = check(stage, stage.code(number), number, None)

    assert (kind(refused), verification(refused).checks_left) == (ErrorKind.RATE_LIMITED, 2)
    assert 500 < (error(refused).retry_after or 0) <= 600
    assert check(stage, stage.code(number), number, handle).ok


def test_ten_wrong_codes_an_hour_are_the_most(stage: Stage, number: str) -> None:
    """A new text is no new round of guesses, and who guesses with a handle locks out none without."""
    for _ in range(2):
        handle = send(stage, number)
        for at in range(5):
            typed = check(stage, wrong(stage, number, at), number, handle)
            assert kind(typed) is ErrorKind.INVALID_CODE
        stage.advance(601)
    handle = send(stage, number)

    refused = check(stage, stage.code(number), number, handle)

    assert (kind(refused), verification(refused).checks_left) == (ErrorKind.RATE_LIMITED, 5)
    assert 2_300 < (error(refused).retry_after or 0) <= 2_400
    assert check(stage, stage.code(number), number, None).ok


def test_what_was_refused_by_itself_is_no_text(stage: Stage, number: str) -> None:
    """A landline asked for a text may be called at once."""
    landline = f"02-31{number[6:8]}-{number[4:8]}"
    assert kind(result(stage, stage.client.send(landline))) is ErrorKind.UNSUPPORTED_PHONE_TYPE

    assert result(stage, stage.client.send(landline, channel="call")).outcome is Outcome.SENT
