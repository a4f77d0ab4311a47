"""Settling a send to a number that had texts before: whose is whose."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from phone_verification.kinds import Channel
from tests.integration.settling.lab import E164, Lab
from tests.rise import Rise


def test_a_lost_check_makes_a_404_no_evidence(lab: Lab) -> None:
    """It may have ended the verification: no second text on the strength of its absence."""
    handle = lab.send()
    lab.phone.fault("drop_before", "start")
    resend = lab.send()
    lab.phone.fault("drop_after", "check")
    lab.check(lab.code, handle)

    lab.until_quiet(resend)
    lab.deliver(resend)

    assert (lab.outcome(resend), lab.starts, lab.texts) == ("ambiguous", 2, 1)


def test_an_approval_meanwhile_ends_a_send_in_doubt(lab: Lab) -> None:
    """Nobody wants a further text."""
    handle = lab.send()
    lab.phone.fault("drop_before", "start")
    resend = lab.send()
    assert lab.outcome(lab.check(lab.code, handle)) == "approved"

    lab.deliver(resend)

    assert (lab.outcome(resend), lab.starts, lab.texts) == ("already_verified", 2, 1)


def test_a_lost_resend_is_found_among_known_texts(lab: Lab) -> None:
    """Same verification, one text more: the unknown one is the resend's."""
    first = lab.send()
    lab.phone.fault("drop_after", "start")
    resend = lab.send()

    lab.deliver(resend)

    assert (lab.outcome(resend), lab.texts) == ("sent", 2)
    assert lab.run(resend).result["verification"]["sends"] == 2
    assert sorted(str(owner) for owner in lab.owners().values()) == sorted([first, resend])


def test_known_texts_are_never_taken_for_a_lost_one(lab: Lab) -> None:
    """A resend that never arrived is not covered by its forerunner's text."""
    lab.send()
    lab.phone.fault("drop_before", "start")
    resend = lab.send()

    lab.deliver(resend)
    assert lab.outcome(resend) == "ambiguous"
    lab.until_quiet(resend)
    lab.deliver(resend)

    assert (lab.outcome(resend), lab.texts) == ("sent", 2)


def test_five_texts_are_all_that_twilio_sends(lab: Lab) -> None:
    """A sixth is not asked for a second time."""
    for _ in range(5):
        assert lab.outcome(lab.send()) == "sent"
    lab.phone.fault("drop_before", "start")
    sixth = lab.send()

    lab.until_quiet(sixth)
    lab.deliver(sixth)

    assert (lab.outcome(sixth), lab.starts, lab.texts) == ("max_send_attempts", 6, 5)


def test_an_older_unknown_text_belongs_to_the_send_that_ended_unknown(lab: Lab) -> None:
    """A later answer shows it: the youngest text is the later send's own."""
    lab.phone.fault("drop_after", "start")
    unknown = lab.send()
    lab.expire(unknown)
    assert lab.outcome(unknown) == "outcome_unknown"

    later = lab.send()

    assert lab.outcome(later) == "sent"
    texts = [text["attempt_sid"] for text in lab.phone.inbox(E164)]
    assert [lab.owners()[text] for text in texts] == [unknown, later]


def test_the_looks_stop_while_another_send_holds_the_number(lab: Lab) -> None:
    """A second send waits until the first one's doubt is over: one start per number at a time."""
    lab.phone.fault("drop_after", "start")
    first, second = lab.send(), lab.send()
    assert (lab.outcome(first), lab.outcome(second)) == ("ambiguous", "accepted")

    lab.deliver(first)
    lab.pass_time(20)
    lab.deliver(second)

    assert (lab.outcome(first), lab.outcome(second), lab.texts) == ("sent", "sent", 2)


def test_a_text_that_was_doubled_all_the_same_is_counted(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first request was carried out later than Twilio ever should: both texts are this run's."""
    rise = Rise()
    lab.phone.fault("drop_before", "start")
    handle = lab.send()
    lab.until_quiet(handle)
    held = lab.phone.fault("hold", "start")
    with ThreadPoolExecutor(1) as worker:
        delivery = worker.submit(lab.deliver, handle)
        lab.phone.wait_held(held)
        lab.services.gateway.start(to=E164, channel=Channel.SMS, locale=None, budget_seconds=5)
        lab.phone.release(held)
        delivery.result(timeout=10)

    assert (lab.outcome(handle), lab.texts) == ("sent", 2)
    assert list(lab.owners().values()) == [handle, handle]
    assert "run.texts_doubled" in capsys.readouterr().out
    assert rise.of("sms_duplicates_total") == 1


def test_all_new_texts_are_the_runs_that_asked_twice(lab: Lab) -> None:
    """Found by a look: none of them is left for another run to find."""
    lab.phone.fault("drop_before", "start")
    handle = lab.send()
    lab.until_quiet(handle)
    lab.phone.fault("drop_after", "start")
    lab.deliver(handle)
    lab.services.gateway.start(to=E164, channel=Channel.SMS, locale=None, budget_seconds=5)

    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"
    assert list(lab.owners().values()) == [handle, handle]


def test_a_verification_from_before_is_not_the_lost_sends(lab: Lab) -> None:
    """A check met it, and no send is known for it; but it is older than this send."""
    lab.phone.fault("drop_after", "start")
    lab.expire(lab.send())
    assert lab.outcome(lab.check("000000")) == "invalid_code"
    lab.pass_time(100)
    lab.phone.fault("drop_before", "start")
    resend = lab.send()

    lab.deliver(resend)

    assert lab.outcome(resend) == "ambiguous"


def test_a_check_that_was_lost_before_a_send_began_does_not_hold_it_up(lab: Lab) -> None:
    """It cannot have ended what this send would have begun."""
    handle = lab.send()
    lab.phone.fault("drop_after", "check")
    lab.expire(lab.check("000000", handle))
    lab.phone.fault("drop_before", "start")
    resend = lab.send()

    lab.until_quiet(resend)
    lab.deliver(resend)

    assert (lab.outcome(resend), lab.texts) == ("sent", 2)


def test_an_old_text_that_nobody_knew_is_not_a_later_sends(lab: Lab) -> None:
    """Twilio's clock is not ours, but it is not minutes off either."""
    lab.phone.fault("drop_after", "start")
    lab.expire(lab.send())
    lab.pass_time(100)
    lab.phone.fault("drop_before", "start")
    resend = lab.send()

    lab.deliver(resend)

    assert lab.outcome(resend) == "ambiguous"


def test_a_handle_whose_text_was_found_later_has_its_verification(lab: Lab) -> None:
    """Its send ended unknown; the later answer that showed its text says where its code belongs."""
    lab.phone.fault("drop_after", "start")
    unknown = lab.send()
    lab.expire(unknown)
    lab.send()

    checked = lab.check(lab.code, unknown)

    assert lab.outcome(checked) == "approved"
    [asked] = lab.phone.requests(endpoint="check")
    assert "VerificationSid" in asked["form"]
