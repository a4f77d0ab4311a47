"""A code of our own: made once, sealed until its send ends, tried five times, accepted once."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from models import Verification
from phone_verification.kinds import Service
from tasks.ceiling import Ceiling
from tasks.own_code import is_own_code
from tasks.rules import GuardSettings, Rules
from tests.integration.settling.lab import E164, NUMBER, Lab


def wrong(code: str, by: int = 1) -> str:
    """Another code."""
    return f"{(int(code) + by) % 10**6:06d}"


def verification(lab: Lab, handle: str) -> Verification:
    """Read a code's row."""
    with lab.database.transaction() as connection:
        table = Verification.__table__
        row: Verification = connection.execute(select(table).where(table.c.id == handle)).one()
        return row


def test_a_code_is_kept_as_an_hmac_of_its_own_send(lab: Lab) -> None:
    """The text carries six digits; the table has no more than an HMAC over send, number and code."""
    handle = lab.send()

    code, row = lab.code, verification(lab, handle)
    assert lab.outcome(handle) == "sent"
    assert code.isdigit()
    assert len(code) == 6
    assert row.service is Service.MESSAGING
    keys = lab.services.fingerprints
    assert is_own_code(keys, row.code_hmac, handle, E164, code)
    assert not is_own_code(keys, row.code_hmac, "another-send", E164, code)
    assert not is_own_code(keys, row.code_hmac, handle, E164, wrong(code))
    assert lab.run(handle).sealed_arguments is None


def test_the_text_is_short_korean_and_names_the_brand(lab: Lab) -> None:
    """One segment, in what Korean carriers can show, dropped when the code is of no use any more."""
    lab.send()

    [text] = lab.phone.messages(E164)
    assert text["body"].startswith("[가게] 인증번호는 ")
    assert len(text["body"]) <= 70
    assert text["body"].encode("euc_kr")
    assert 590 <= text["validity_period"] <= 600


def test_a_right_code_is_accepted_once(lab: Lab) -> None:
    """Told again to the handle that was approved, and to nobody else."""
    handle, other = lab.send(), lab.send()
    code = lab.code

    approved = lab.check(code, other)
    again, stranger = lab.check(code, other), lab.check(code, handle)

    assert lab.outcome(approved) == "approved"
    assert lab.run(again).result["replayed"] is True
    assert lab.outcome(stranger) == "no_verification_record"


def test_the_code_of_an_earlier_text_proves_the_phone_too(lab: Lab) -> None:
    """Whoever asked twice and types what came first is not told that it is wrong."""
    lab.send()
    earlier = lab.code
    handle = lab.send()
    assert lab.code != earlier

    checked = lab.check(earlier, handle)

    assert lab.outcome(checked) == "approved"
    assert lab.run(lab.check(earlier, handle)).result["replayed"] is True


def test_an_earlier_code_typed_twice_while_the_resend_begins_is_right_twice(lab: Lab) -> None:
    """The first press comes before the resend has a code of its own, the second after."""
    lab.send()
    code = lab.code
    resent = lab.accepted_send()
    approved = lab.check(code, resent)

    lab.deliver(resent)
    again = lab.check(code, resent)

    assert lab.outcome(approved) == "approved"
    assert lab.outcome(resent) == "sent"
    assert lab.run(again).result["replayed"] is True


def test_a_later_code_typed_twice_with_an_expired_handle_is_right_twice(lab: Lab) -> None:
    """The page that was opened first stays open; its handle lives as long as the code that came for it."""
    first = lab.send()
    lab.pass_time(590)
    lab.send()
    lab.pass_time(15)

    approved, again = (lab.check(lab.code, first) for _ in range(2))

    assert lab.outcome(approved) == "approved"
    assert lab.run(again).result["replayed"] is True
    told = [lab.run(one).result["verification"]["expires_at"] for one in (approved, again)]
    assert told[0] == told[1]


@pytest.mark.parametrize("typed_for", ["the first", "the resend"])
def test_a_text_that_waits_is_not_sent_after_an_approval(lab: Lab, typed_for: str) -> None:
    """Its code ended with the approval: nobody is texted what is no good any more."""
    first = lab.send()
    code = lab.code
    lab.phone.fault("status", "message", status=429, code=20429)
    resent = lab.send()
    lab.check(code, first if typed_for == "the first" else resent)

    lab.deliver(resent)

    assert lab.outcome(resent) == "already_verified"
    assert len(lab.phone.messages(E164)) == 1


def test_a_code_whose_text_the_guard_forbids_is_over(lab: Lab) -> None:
    """It waited, and the ceiling was reached meanwhile: what nobody has, nobody may guess."""
    lab.phone.fault("status", "message", status=429, code=20429)
    handle = lab.send()
    lab.send("010-9999-0001")
    rules = Rules.of(GuardSettings(sends_an_hour=1))
    lab.services = replace(lab.services, rules=rules, ceiling=Ceiling(rules.of_all))

    lab.deliver(handle)

    assert lab.outcome(handle) == "rate_limited"
    assert verification(lab, handle).code_hmac is None


def test_five_wrong_codes_and_the_right_one_is_not_looked_at(lab: Lab) -> None:
    """Each try is counted before it is compared; the sixth is told when to come back."""
    handle = lab.send()
    code = lab.code

    tries = [lab.check(wrong(code, by), handle) for by in range(1, 6)]
    sixth = lab.check(code, handle)

    assert [lab.outcome(one) for one in tries] == ["invalid_code"] * 5
    assert [lab.run(one).result["verification"]["checks_left"] for one in tries] == [4, 3, 2, 1, 0]
    assert lab.outcome(sixth) == "max_check_attempts"
    assert 0 < lab.run(sixth).result["error"]["retry_after"] <= 600
    assert verification(lab, handle).status.value == "pending"


def test_a_resend_gives_no_more_tries_on_the_code_before(lab: Lab) -> None:
    """Codes that live at once are tried together."""
    first = lab.send()
    used_up = lab.code
    for by in range(1, 6):
        lab.check(wrong(used_up, by), first)
    second = lab.send()

    assert lab.outcome(lab.check(used_up, second)) == "invalid_code"
    assert lab.outcome(lab.check(lab.code, second)) == "approved"


def test_the_same_wrong_code_twice_burns_one_try(lab: Lab) -> None:
    """A form that was sent twice is one mistake."""
    handle = lab.send()
    mistyped = wrong(lab.code)

    lab.check(mistyped, handle)
    again = lab.check(mistyped, handle)

    assert lab.outcome(again) == "invalid_code"
    assert lab.run(again).result["verification"]["checks_left"] == 4


def test_a_code_ends_after_ten_minutes(lab: Lab) -> None:
    """Our own clock says when."""
    handle = lab.send()
    code = lab.code
    lab.pass_time(601)

    assert lab.outcome(lab.check(code, handle)) == "verification_expired"


def test_by_number_alone_the_living_codes_count(lab: Lab) -> None:
    """And after the approval the number is told that it is verified."""
    lab.send()
    code = lab.code

    assert lab.outcome(lab.check(code)) == "approved"
    assert lab.outcome(lab.check(wrong(code))) == "already_verified"


def test_by_number_alone_an_approval_is_told_whatever_text_came_last(lab: Lab) -> None:
    """The later text's code ended with it."""
    first = lab.send()
    code = lab.code
    lab.send()
    lab.check(code, first)

    assert lab.outcome(lab.check(code)) == "already_verified"


def test_nobody_asks_twilio_about_a_code_of_ours(lab: Lab) -> None:
    """A check costs no call."""
    handle = lab.send()
    before = len(lab.phone.requests())

    lab.check(wrong(lab.code), handle)
    lab.check(lab.code, handle)

    assert len(lab.phone.requests()) == before


def test_a_crash_before_the_verdict_is_written_takes_the_try_back(lab: Lab) -> None:
    """A check whose worker died was compared in a transaction that never ended: it is compared anew."""
    handle = lab.send()
    for by in range(1, 5):
        lab.check(wrong(lab.code, by), handle)
    checked = lab.killed_check(lab.code, handle)

    lab.die(checked)
    lab.deliver(checked)

    assert lab.outcome(checked) == "approved"


def test_codes_survive_a_rotation_of_keys(lab: Lab) -> None:
    """A code made under the old key is right under the new list."""
    handle = lab.send()
    code = lab.code
    lab.rotate_keys()

    assert lab.outcome(lab.check(wrong(code), handle)) == "invalid_code"
    assert lab.outcome(lab.check(code, handle)) == "approved"


def test_an_operators_fault_makes_nobody_wait(lab: Lab) -> None:
    """What the guard does not count is not told as a wait either."""
    lab.services = replace(lab.services, rules=Rules.of(GuardSettings()))
    lab.phone.switch(trial=True)

    handle = lab.send()

    assert lab.outcome(handle) == "recipient_unverified"
    assert lab.run(handle).result["verification"]["next_send_in"] == 0


def test_a_send_and_its_check_tell_the_same_sends(lab: Lab) -> None:
    """The second text in ten minutes is the second, whoever asks."""
    lab.services = replace(lab.services, rules=Rules.of(GuardSettings()))
    lab.send()
    lab.pass_time(31)
    handle = lab.send()
    checked = lab.check(lab.code, handle)

    assert [lab.run(one).result["verification"]["sends"] for one in (handle, checked)] == [2, 2]


def test_a_code_whose_send_is_in_doubt_came_with_a_text(lab: Lab) -> None:
    """Whoever typed it has had one."""
    lab.phone.fault("drop_after", "message")
    handle = lab.send()

    checked = lab.check(lab.sealed_code(handle), handle)

    assert lab.run(checked).result["verification"]["sends"] == 1


def test_a_channel_that_is_no_text_is_not_to_be_had(lab: Lab) -> None:
    """Messaging makes no calls."""
    assert lab.outcome(lab.send(NUMBER, channel="call")) == "channel_unavailable"
