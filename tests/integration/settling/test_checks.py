"""Checks whose answer was lost: what the worlds of one verification leave out."""

import pytest

from phone_verification.errors import InvalidArgumentsError
from phone_verification.kinds import Operation
from tasks.run import resume
from tests.integration.settling.lab import E164, Lab

WRONG = "000000"


def test_a_code_typed_too_late_is_told_expired(lab: Lab) -> None:
    """Nothing was lost: our record names the 404."""
    handle = lab.send()
    code = lab.code
    lab.pass_time(601)

    assert lab.outcome(lab.check(code, handle)) == "verification_expired"


def test_tries_used_up_are_told_as_such_although_the_verification_is_gone(lab: Lab) -> None:
    """Twilio may answer 404 after five wrong codes; our record counts them."""
    lab.phone.switch(after_max_checks="404")
    handle = lab.send()
    for turn in range(5):
        assert lab.outcome(lab.check(f"00000{turn}", handle)) == "invalid_code"

    assert lab.outcome(lab.check(lab.code, handle)) == "max_check_attempts"


def test_a_shared_service_is_told_to_the_operator(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody else's program checked the code: already verified, and an alarm."""
    handle = lab.send()
    lab.services.gateway.check(
        code=lab.code, verification_sid=lab.phone.verifications()[0]["sid"], budget_seconds=5
    )

    assert lab.outcome(lab.check(lab.code, handle)) == "already_verified"
    assert "provider.service_is_shared" in capsys.readouterr().out


def test_a_wrong_code_is_asked_about_once(lab: Lab) -> None:
    """A form that is sent twice costs one try."""
    handle = lab.send()

    outcomes = [lab.outcome(lab.check(WRONG, handle)) for _ in range(2)]

    assert (outcomes, lab.checks) == (["invalid_code", "invalid_code"], 1)


def test_a_killed_worker_leaves_its_check_to_be_found_out(lab: Lab) -> None:
    """The claim lapses, the code was right, and the person is told so."""
    handle = lab.send()
    lab.pass_time(3)
    lab.lose_next_check()
    checked = lab.check(lab.code, handle)
    lab.die(checked)

    lab.deliver(checked)

    assert lab.outcome(checked) == "approved"


def test_conversions_that_are_told_late_are_waited_for(lab: Lab) -> None:
    """Until then nobody is told anything; the same code pressed again is approved."""
    lab.phone.switch(conversion_delay_seconds=50)
    handle = lab.send()
    lab.pass_time(3)
    lab.lose_next_check()
    checked = lab.check(lab.code, handle)
    lab.deliver(checked)
    assert lab.outcome(checked) == "ambiguous"
    lab.expire(checked)
    assert lab.outcome(checked) == "outcome_unknown"

    lab.pass_time(30)

    assert lab.outcome(lab.check(lab.code, handle)) == "approved"


def test_no_more_than_three_requests_leave_for_one_check(lab: Lab) -> None:
    """Afterwards only the record of conversions is asked."""
    handle = lab.send()
    lab.pass_time(3)
    lab.phone.fault("drop_before", "check", times=None)
    checked = lab.check(lab.code, handle)

    for _ in range(6):
        lab.deliver(checked)

    assert (lab.outcome(checked), lab.checks) == ("ambiguous", 3)


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (503, 20503), (400, 60200), (403, 20005)])
def test_only_a_verdict_decides_about_a_check_in_doubt(lab: Lab, status: int, code: int) -> None:
    """A refusal of the repetition says nothing of what the first request did."""
    handle = lab.send()
    lab.pass_time(3)
    lab.lose_next_check()
    checked = lab.check(lab.code, handle)
    lab.phone.fault("status", "check", status=status, code=code)

    lab.deliver(checked)
    assert lab.outcome(checked) == "ambiguous"
    lab.deliver(checked)

    assert lab.outcome(checked) == "approved"


def test_a_number_alone_means_the_latest_text(lab: Lab) -> None:
    """An approval from before a send that nobody heard of again is not the last word."""
    handle = lab.send()
    assert lab.outcome(lab.check(lab.code, handle)) == "approved"
    lab.pass_time(5)
    lab.phone.fault("drop_after", "start")
    lab.send()

    assert lab.outcome(lab.check(lab.code)) == "approved"


def test_a_repetition_that_did_not_leave_is_not_counted(lab: Lab) -> None:
    """An outage uses up no request: when Twilio is back, the check is asked again."""
    handle = lab.send()
    lab.pass_time(3)
    lab.phone.fault("drop_before", "check")
    checked = lab.check(lab.code, handle)
    lab.phone.fault("status", "check", times=4, status=429, code=20429)

    for _ in range(4):
        lab.deliver(checked)
        assert (lab.outcome(checked), lab.run(checked).posts) == ("ambiguous", 1)
    lab.deliver(checked)

    assert lab.outcome(checked) == "approved"


def test_a_number_given_as_a_handle_is_nowhere_to_be_read(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    """A caller who swaps two arguments is told so, and the number is not written anywhere."""
    with pytest.raises(InvalidArgumentsError, match="verification_id"):
        lab.check("123456", E164)
    written = lab.check("123456", verification_id=E164)

    assert E164 not in capsys.readouterr().out
    assert E164 not in str(lab.run(written).result)


def test_a_message_under_the_wrong_tasks_name_takes_no_run(lab: Lab) -> None:
    """Whoever rings by hand may mix the two up: the run waits for its own."""
    lab.phone.fault("status", "check", status=429, code=20429)
    checked = lab.check(WRONG)
    assert lab.outcome(checked) == "waiting"
    lab.pass_time(5)

    resume(lab.services, Operation.SEND, checked)

    assert lab.outcome(checked) == "waiting"
