"""Two checks or two verifications of one number: what a lost answer may be credited to."""

from phone_verification.kinds import Channel
from tests.integration.settling.lab import E164, Lab
from tests.integration.settling.worlds import forget_codes

WRONG = "000000"


def test_a_younger_verifications_no_is_not_about_the_code_before(lab: Lab) -> None:
    """The lost check approved; then a new verification began, whose code is another one."""
    lab.phone.fault("drop_after", "start")
    unknown = lab.send()
    lab.pass_time(3)
    lab.lose_next_check()
    checked = lab.check(lab.code, unknown, deadline_seconds=300)
    lab.expire(unknown)
    assert lab.outcome(unknown) == "outcome_unknown"
    lab.send()

    lab.deliver(checked)

    assert lab.outcome(checked) == "approved"
    assert lab.run(checked).provider_sid == lab.phone.verifications()[0]["sid"]


def test_a_younger_verifications_used_up_tries_are_not_about_the_code_before(lab: Lab) -> None:
    """Its 429 is no more about the lost check than its "wrong" would be."""
    lab.phone.fault("drop_after", "start")
    unknown = lab.send()
    lab.pass_time(3)
    lab.lose_next_check()
    checked = lab.check(lab.code, unknown, deadline_seconds=300)
    lab.expire(unknown)
    lab.send()
    for _ in range(5):
        lab.services.gateway.check(code=WRONG, to=E164, budget_seconds=5)

    lab.deliver(checked)

    assert lab.outcome(checked) in ("ambiguous", "approved")


def test_of_two_verifications_nobody_can_say_which_one_a_lost_check_met(lab: Lab) -> None:
    """Both were there before it: it is not known, whatever was converted."""
    lab.phone.fault("drop_after", "start")
    unknown = lab.send()
    lab.pass_time(3)
    bystander = lab.services.gateway
    bystander.check(code=lab.code, to=E164, budget_seconds=5)
    bystander.start(to=E164, channel=Channel.SMS, locale=None, budget_seconds=5)
    lab.pass_time(3)
    lab.lose_next_check()

    checked = lab.check(lab.code, unknown)
    lab.deliver(checked)

    assert lab.outcome(checked) == "ambiguous"


def test_a_right_code_sent_twice_at_once_is_approved_twice(lab: Lab) -> None:
    """Both answers are lost, and both are found out: one code, one approval, two tabs."""
    first, second = lab.send(), lab.send()
    lab.pass_time(3)
    lab.lose_next_check()
    in_one_tab = lab.check(lab.code, first)
    lab.lose_next_check()
    in_the_other = lab.check(lab.code, second)

    lab.deliver(in_one_tab)
    lab.deliver(in_the_other)

    assert (lab.outcome(in_one_tab), lab.outcome(in_the_other)) == ("approved", "approved")


def test_another_code_waits_until_the_lost_one_is_found_out(lab: Lab) -> None:
    """Two codes in doubt at once could not be told apart."""
    handle = lab.send()
    lab.pass_time(3)
    lab.lose_next_check()
    mistyped = lab.check(WRONG, handle)
    corrected = lab.check(lab.code, handle)
    assert (lab.outcome(corrected), lab.checks) == ("waiting", 1)

    lab.deliver(mistyped)
    lab.deliver(corrected)

    assert (lab.outcome(mistyped), lab.outcome(corrected)) == ("invalid_code", "approved")


def test_a_pending_verification_clears_a_wrong_code_that_ended_unknown(lab: Lab) -> None:
    """So that the right code, should its answer be lost as well, is still found out."""
    handle = lab.send()
    lab.pass_time(3)
    lab.phone.fault("drop_after", "check", times=None)
    mistyped = lab.check(WRONG, handle)
    lab.expire(mistyped)
    lab.pass_time(45)
    lab.phone.remove_fault()
    lab.lose_next_check()

    corrected = lab.check(lab.code, handle)
    lab.deliver(corrected)

    assert (lab.outcome(mistyped), lab.outcome(corrected)) == ("outcome_unknown", "approved")


def test_another_code_is_not_asked_about_while_the_lost_one_may_still_land(lab: Lab) -> None:
    """Were its answer lost too, nobody could ever tell them apart: it is told when to press again."""
    handle = lab.send()
    lab.pass_time(3)
    lab.phone.fault("drop_after", "check", times=None)
    mistyped = lab.check(WRONG, handle, deadline_seconds=10)
    lab.expire(mistyped)
    lab.phone.remove_fault()
    asked = lab.checks

    early = lab.check(lab.code, handle)

    assert (lab.outcome(early), lab.checks, lab.run(early).posts) == ("outcome_unknown", asked, 0)
    wait = lab.run(early).result["error"]["retry_after"]
    assert 5 < wait < 60
    lab.pass_time(wait + 1)
    lab.lose_next_check()
    again = lab.check(lab.code, handle)
    lab.deliver(again)
    assert lab.outcome(again) == "approved"


def test_another_code_waits_where_the_lost_one_will_have_landed_in_time(lab: Lab) -> None:
    """A few seconds more are waited for, and then it is asked about."""
    handle = lab.send()
    lab.pass_time(3)
    lab.phone.fault("drop_after", "check", times=None)
    mistyped = lab.check(WRONG, handle)
    lab.expire(mistyped)
    lab.phone.remove_fault()
    lab.pass_time(10)
    waiting = lab.check(lab.code, handle)
    assert lab.outcome(waiting) == "waiting"
    assert lab.wait_seconds(waiting) > 1

    lab.pass_time(lab.wait_seconds(waiting))
    lab.deliver(waiting)

    assert lab.outcome(waiting) == "approved"


def test_a_code_that_comes_after_the_end_spoils_no_lost_approval(lab: Lab) -> None:
    """The right code was accepted and its answer lost; a mistyped one after it cannot have been that."""
    handle = lab.send()
    lab.pass_time(3)
    code = lab.code
    lab.phone.fault("drop_after", "check", times=None)
    lost = lab.check(code, handle)
    lab.phone.fault("status", "attempts", times=None, status=503, code=20503)
    lab.expire(lost)
    lab.phone.remove_fault()
    assert lab.outcome(lost) == "outcome_unknown"
    asked = lab.checks

    mistyped = lab.check(WRONG, handle)

    assert (lab.outcome(mistyped), lab.checks) == ("no_verification_record", asked)
    again = lab.check(code, handle)
    assert lab.outcome(again) == "approved"


def test_no_look_no_question_while_another_code_is_in_doubt(lab: Lab) -> None:
    """Twilio is away: the second code is not risked."""
    handle = lab.send()
    lab.pass_time(3)
    lab.lose_next_check()
    mistyped = lab.check(WRONG, handle)
    lab.expire(mistyped)
    lab.phone.fault("status", "fetch", times=None, status=503, code=20503)

    corrected = lab.check(lab.code, handle)

    assert (lab.outcome(corrected), lab.checks) == ("waiting", 1)
    lab.phone.remove_fault()
    lab.pass_time(15)
    lab.deliver(corrected)
    assert lab.outcome(corrected) == "approved"


def test_a_process_that_stops_does_not_ask_about_another_code(lab: Lab) -> None:
    """The look was its last call; the check waits for another process."""
    handle = lab.send()
    lab.pass_time(3)
    lab.lose_next_check()
    lab.expire(lab.check(WRONG, handle))
    lab.services.stopping.set()

    corrected = lab.check(lab.code, handle)

    assert (lab.outcome(corrected), lab.checks) == ("waiting", 1)


def test_a_verification_that_is_gone_clears_nobody(lab: Lab) -> None:
    """It may have been approved by the very check whose answer was lost."""
    handle = lab.send()
    lab.pass_time(3)
    lab.phone.fault("drop_after", "check", times=None)
    checked = lab.check(lab.code, handle)
    lab.expire(checked)
    assert lab.outcome(checked) == "outcome_unknown"
    lab.phone.remove_fault()
    lab.pass_time(70)

    assert lab.outcome(lab.check(WRONG, handle)) == "no_verification_record"
    assert lab.outcome(lab.check(lab.code, handle)) == "approved"


def test_an_erased_code_may_have_been_the_right_one(lab: Lab) -> None:
    """Nobody can say any more: that is told, and no failure."""
    handle = lab.send()
    lab.pass_time(3)
    lab.phone.fault("drop_after", "check", times=None)
    checked = lab.check(lab.code, handle)
    lab.expire(checked)
    lab.phone.remove_fault()
    forget_codes(lab)
    lab.pass_time(70)

    again = lab.check(lab.code, handle)

    assert lab.outcome(again) == "ambiguous"


def test_checks_of_an_earlier_verification_do_not_matter(lab: Lab) -> None:
    """A code that was lost before the send began is not looked after for it."""
    handle = lab.send()
    lab.lose_next_check()
    lab.expire(lab.check(WRONG, handle))
    lab.pass_time(700)
    later = lab.send()

    assert lab.outcome(lab.check(lab.code, later)) == "approved"
    assert lab.phone.requests(endpoint="fetch") == []


def test_a_younger_verification_clears_nobody(lab: Lab) -> None:
    """The lost check approved the one before: what is pending now says nothing of it."""
    lab.phone.fault("drop_after", "start")
    unknown = lab.send()
    lab.pass_time(3)
    lab.phone.fault("drop_after", "check", times=None)
    checked = lab.check(lab.code, unknown)
    right = lab.code
    lab.expire(checked)
    lab.phone.remove_fault()
    lab.expire(unknown)
    lab.pass_time(40)
    later = lab.send()

    lab.check(WRONG, later)

    assert lab.run(checked).posts >= 1
    assert lab.outcome(lab.check(right, unknown)) == "approved"
