"""What a client promises: one suite over the fake, and over the real one with everything behind it."""

from datetime import timedelta

import pytest

from phone_verification import (
    KIND_FACTS,
    ErrorKind,
    Outcome,
)
from phone_verification.kinds import Channel, Operation
from tests.contract.asking import check, error, kind, result, send, verification, wrong
from tests.contract.stages import Stage


def test_a_send_puts_one_text_on_the_phone(stage: Stage, number: str) -> None:
    """Six digits, once, and the result tells the handle, the mask, the life and the tries."""
    handle = stage.client.send(number, locale="ko", client_ref="a-session")
    sent = result(stage, handle)

    assert (sent.task_id, sent.operation, sent.outcome, sent.ok) == (
        handle,
        Operation.SEND,
        Outcome.SENT,
        True,
    )
    assert (sent.replayed, sent.approved_at, sent.error) == (False, None, None)
    told = verification(sent)
    assert (told.id, told.phone, told.channel, told.service) == (
        handle,
        "+82*****5678",
        Channel.SMS,
        "verify",
    )
    assert (told.sends, told.checks_left) == (1, 5)
    assert told.expires_at is not None
    assert timedelta(seconds=595) < told.expires_at - sent.finished_at <= timedelta(seconds=600)
    assert 595 < (told.expires_in or 0) <= 600
    assert stage.sent(number) == 1
    assert len(stage.code(number)) == 6
    assert stage.code(number).isdecimal()


def test_two_numbers_have_codes_of_their_own(stage: Stage, number: str) -> None:
    """A code is drawn for each number, and one number's says nothing about another's."""
    others = [number, *(number.replace("5678", f"{last}") for last in range(5001, 5005))]
    handles = [send(stage, other) for other in others]

    assert len({stage.code(other) for other in others}) > 1
    assert (
        kind(check(stage, stage.code(others[0]), others[1], handles[0])) is ErrorKind.NO_VERIFICATION_RECORD
    )


def test_a_right_code_is_approved(stage: Stage, number: str) -> None:
    """However it is typed: full-width digits and hyphens are digits."""
    handle = send(stage, number)
    code = stage.code(number)
    typed = f"{code[:3]}-{code[3:]}".translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})

    approved = check(stage, typed, number.replace("-", ""), handle)

    assert (approved.operation, approved.outcome, approved.ok) == (Operation.CHECK, Outcome.APPROVED, True)
    assert (approved.replayed, approved.approved_at, approved.error) == (False, None, None)
    told = verification(approved)
    assert (told.id, told.phone, told.checks_left, told.sends) == (handle, "+82*****5678", 5, 1)


def test_a_wrong_code_is_told_with_the_tries_left(stage: Stage, number: str) -> None:
    """It is a result like any other, with the catalogue's facts, and the right code still counts."""
    handle = send(stage, number)

    mistyped = check(stage, wrong(stage, number), number, handle)

    facts = KIND_FACTS[ErrorKind.INVALID_CODE]
    told = error(mistyped)
    assert (mistyped.outcome, mistyped.ok) == (Outcome.REJECTED, False)
    assert (told.kind, told.http_status, told.fault) == (ErrorKind.INVALID_CODE, 403, facts.fault)
    assert (told.title, told.retryable, told.retry_after) == (facts.title, facts.retryable, None)
    assert (told.message.ko, told.message.en) == (facts.message.ko, facts.message.en)
    assert verification(mistyped).checks_left == 4
    assert check(stage, stage.code(number), number, handle).ok


def test_the_same_wrong_code_burns_one_try(stage: Stage, number: str) -> None:
    """A form that was sent twice is one mistake."""
    handle = send(stage, number)

    answers = [check(stage, wrong(stage, number), number, handle) for _ in range(3)]

    assert [kind(answer) for answer in answers] == [ErrorKind.INVALID_CODE] * 3
    assert [verification(answer).checks_left for answer in answers] == [4, 4, 4]


def test_what_is_no_code_burns_no_try(stage: Stage, number: str) -> None:
    """Three digits, eleven, letters: wrong, and nobody was asked."""
    handle = send(stage, number)

    answers = [check(stage, typed, number, handle) for typed in ("123", "12345678901", "abcdef", "")]

    assert [kind(answer) for answer in answers] == [ErrorKind.INVALID_CODE] * 4
    assert verification(check(stage, wrong(stage, number), number, handle)).checks_left == 4


def test_five_wrong_codes_are_the_most(stage: Stage, number: str) -> None:
    """Then not even the right one is taken, and the result says until when."""
    handle = send(stage, number)
    answers = [check(stage, wrong(stage, number, at), number, handle) for at in range(5)]
    assert [verification(answer).checks_left for answer in answers] == [4, 3, 2, 1, 0]

    sixth = check(stage, stage.code(number), number, handle)

    assert (kind(sixth), error(sixth).http_status) == (ErrorKind.MAX_CHECK_ATTEMPTS, 429)
    assert 590 < (error(sixth).retry_after or 0) <= 600
    stage.advance(31)
    # Nor is its code sent once more.
    resend = result(stage, stage.client.send(number))
    assert (kind(resend), error(resend).provider_code) == (ErrorKind.MAX_SEND_ATTEMPTS, 60202)
    assert stage.sent(number) == 1


def test_the_approved_code_is_told_again(stage: Stage, number: str) -> None:
    """For the same handle, as a replay with the time of the approval; another code is already verified."""
    handle = send(stage, number)
    first = check(stage, stage.code(number), number, handle)
    stage.advance(60)

    again = check(stage, stage.code(number), number, handle)
    other = check(stage, wrong(stage, number), number, handle)

    assert (again.outcome, again.ok, again.replayed) == (Outcome.APPROVED, True, True)
    assert again.approved_at is not None
    assert again.finished_at >= first.finished_at
    assert (kind(other), error(other).http_status) == (ErrorKind.ALREADY_VERIFIED, 409)


def test_guessing_after_an_approval_closes_it(stage: Stage, number: str) -> None:
    """Five codes that are not the approved one, and that one is not told again either."""
    handle = send(stage, number)
    check(stage, stage.code(number), number, handle)
    for _ in range(4):
        check(stage, wrong(stage, number), number, handle)
    assert check(stage, stage.code(number), number, handle).replayed
    check(stage, wrong(stage, number), number, handle)

    assert kind(check(stage, stage.code(number), number, handle)) is ErrorKind.ALREADY_VERIFIED


def test_an_approval_is_for_its_own_handle(stage: Stage, number: str) -> None:
    """Another handle has nothing to check; the number alone is told, and no handle is given away."""
    first = send(stage, number)
    stage.advance(31)
    second = send(stage, number)
    check(stage, stage.code(number), number, first)

    stranger = check(stage, stage.code(number), number, second)
    alone = check(stage, stage.code(number), number, None)

    assert kind(stranger) is ErrorKind.NO_VERIFICATION_RECORD
    assert kind(alone) is ErrorKind.ALREADY_VERIFIED
    assert verification(alone).id is None


def test_a_number_alone_can_be_checked(stage: Stage, number: str) -> None:
    """Without a handle, where that is meant: approved once, and then already verified."""
    assert kind(check(stage, "123456", number, None)) is ErrorKind.NO_VERIFICATION_RECORD
    send(stage, number)

    assert check(stage, stage.code(number), number, None).ok
    assert kind(check(stage, stage.code(number), number, None)) is ErrorKind.ALREADY_VERIFIED


@pytest.mark.parametrize("handle", ["no-such-handle", "another number's", "a check's"])
def test_a_handle_that_is_none_of_the_numbers_has_no_record(stage: Stage, number: str, handle: str) -> None:
    """A made-up one, one of somebody else's, and the id of a check: the right code is not approved."""
    own = send(stage, number)
    if handle == "another number's":
        handle = send(stage, number.replace("5678", "8765"))
    if handle == "a check's":
        handle = check(stage, wrong(stage, number), number, own).task_id

    answer = check(stage, stage.code(number), number, handle)

    assert (kind(answer), error(answer).http_status) == (ErrorKind.NO_VERIFICATION_RECORD, 400)


def test_a_code_ends_after_ten_minutes(stage: Stage, number: str) -> None:
    """Until then it is good; afterwards it is expired, and a new send makes a new verification."""
    early, late = number, number.replace("5678", "8765")
    handles = [send(stage, early), send(stage, late)]
    stage.advance(590)
    assert check(stage, stage.code(early), early, handles[0]).ok
    stage.advance(11)

    expired = check(stage, stage.code(late), late, handles[1])

    assert (kind(expired), error(expired).title) == (ErrorKind.VERIFICATION_EXPIRED, "No Verification Record")
    assert verification(expired).expires_in == 0
    # The approved code is not told again for ever either.
    assert kind(check(stage, stage.code(early), early, handles[0])) is ErrorKind.NO_VERIFICATION_RECORD
    anew = result(stage, stage.client.send(late))
    assert (verification(anew).sends, verification(anew).checks_left) == (1, 5)


def test_a_resend_is_the_same_code(stage: Stage, number: str) -> None:
    """Within its life, by whatever way; it does not live longer, and both handles may use it."""
    first = send(stage, number)
    code = stage.code(number)
    check(stage, wrong(stage, number), number, first)
    stage.advance(31)

    again = result(stage, stage.client.send(number, channel="call"))

    assert (again.outcome, stage.sent(number), stage.code(number)) == (Outcome.SENT, 2, code)
    told = verification(again)
    assert (told.channel, told.sends, told.checks_left) == (Channel.CALL, 2, None)
    assert 560 < (told.expires_in or 0) <= 569
    approved = check(stage, code, number, again.task_id)
    assert approved.ok
    # A resend gives no tries back.
    assert verification(approved).checks_left == 4
