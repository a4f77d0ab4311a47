"""Settling a send whose answer was lost: one text, found or proven missing, never guessed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from models.provider_call import ProviderCall
from models.verification import SendAttempt
from phone_verification.kinds import Channel
from tasks.recent_texts import RecentTexts
from tests.integration.settling.lab import E164, NUMBER, Lab


def starts(lab: Lab) -> int:
    """How often a text was asked for."""
    return len(lab.phone.requests(endpoint="start"))


def attempts_of(lab: Lab) -> dict[str, str | None]:
    """Whose every known text is."""
    with lab.database.transaction() as connection:
        rows = connection.execute(select(SendAttempt.attempt_sid, SendAttempt.task_id)).all()
    return {row.attempt_sid: row.task_id for row in rows}


def test_a_text_whose_answer_was_lost_is_found(lab: Lab) -> None:
    """The first look sees it: the send is told as sent, with all there is to tell."""
    lab.phone.fault("drop_after", "start")
    handle = lab.send()
    assert lab.outcome(handle) == "ambiguous"

    lab.deliver(handle)

    assert (lab.outcome(handle), lab.texts, starts(lab)) == ("sent", 1, 1)
    verification = lab.run(handle).result["verification"]
    assert (verification["sends"], verification["checks_left"]) == (1, 5)
    assert lab.run(handle).provider_sid == lab.phone.verifications(E164)[0]["sid"]
    assert list(attempts_of(lab).values()) == [handle]


def test_every_look_is_in_the_audit_trail(lab: Lab) -> None:
    """What was asked while settling can be read afterwards."""
    lab.phone.fault("drop_before", "start")
    handle = lab.send()
    lab.until_quiet(handle)
    lab.deliver(handle)

    with lab.database.transaction() as connection:
        endpoints = (
            connection.execute(select(ProviderCall.endpoint).order_by(ProviderCall.id)).scalars().all()
        )

    assert endpoints == ["start", "fetch", "attempts", "start"]


def test_a_start_that_never_arrived_is_asked_for_again_after_the_quiet_period(lab: Lab) -> None:
    """Before, "there is none" says nothing: Twilio may still carry the request out."""
    lab.phone.fault("drop_before", "start")
    handle = lab.send()
    for _ in range(3):
        lab.pass_time(5)
        lab.deliver(handle)
        assert (lab.outcome(handle), starts(lab)) == ("ambiguous", 1)

    lab.until_quiet(handle)
    lab.deliver(handle)

    assert (lab.outcome(handle), lab.texts, starts(lab)) == ("sent", 1, 2)


def test_no_more_than_three_requests_leave_for_one_intent(lab: Lab) -> None:
    """Whatever is lost, however long the person waits."""
    lab.phone.fault("drop_before", "start", times=None)
    handle = lab.send(deadline_seconds=600)

    for _ in range(6):
        lab.until_quiet(handle)
        lab.deliver(handle)

    assert (lab.outcome(handle), starts(lab), lab.texts) == ("provider_unavailable", 3, 0)


@pytest.mark.parametrize("endpoint", ["fetch", "attempts"])
def test_one_look_is_enough_to_find_a_text(lab: Lab, endpoint: str) -> None:
    """A look that is refused is no evidence, and no hindrance."""
    lab.phone.fault("drop_after", "start")
    lab.phone.fault("status", endpoint, times=None, status=429, code=20429)
    handle = lab.send()

    lab.deliver(handle)

    assert (lab.outcome(handle), lab.texts) == ("sent", 1)


@pytest.mark.parametrize("endpoint", ["fetch", "attempts"])
def test_one_look_is_not_enough_to_prove_that_there_is_none(lab: Lab, endpoint: str) -> None:
    """Both must have been answered; else nothing is asked for again."""
    lab.phone.fault("drop_before", "start")
    lab.phone.fault("status", endpoint, times=None, status=503, code=20503)
    handle = lab.send()

    lab.until_quiet(handle)
    lab.deliver(handle)

    assert (lab.outcome(handle), starts(lab)) == ("ambiguous", 1)
    lab.expire(handle)
    assert lab.outcome(handle) == "outcome_unknown"


def test_too_late_for_another_text_is_a_clear_no(lab: Lab) -> None:
    """Nothing was sent for sure, and nobody waits long enough for another try."""
    lab.phone.fault("drop_before", "start")
    handle = lab.send(deadline_seconds=55)

    lab.until_quiet(handle)
    lab.deliver(handle)

    assert (lab.outcome(handle), starts(lab), lab.texts) == ("provider_unavailable", 1, 0)


def test_a_killed_worker_leaves_its_send_to_be_settled(lab: Lab) -> None:
    """The claim lapses and another worker finds the text."""
    lab.phone.fault("drop_after", "start")
    handle = lab.send()
    lab.die(handle)

    lab.deliver(handle)

    assert (lab.outcome(handle), lab.texts) == ("sent", 1)


def test_a_check_that_met_the_verification_settles_its_send(lab: Lab) -> None:
    """The person typed the code before anybody looked: the text was sent, that is sure."""
    lab.phone.fault("drop_after", "start")
    handle = lab.send()
    checked = lab.check(lab.code, handle)
    assert lab.outcome(checked) == "approved"

    lab.deliver(handle)

    assert (lab.outcome(handle), lab.texts, starts(lab)) == ("sent", 1, 1)
    assert list(attempts_of(lab).values()) == [handle]


def test_a_lost_check_makes_a_404_no_evidence(lab: Lab) -> None:
    """It may have ended the verification: no second text on the strength of its absence."""
    handle = lab.send()
    lab.phone.fault("drop_before", "start")
    resend = lab.send()
    lab.phone.fault("drop_after", "check")
    lab.check(lab.code, handle)

    lab.until_quiet(resend)
    lab.deliver(resend)

    assert (lab.outcome(resend), starts(lab), lab.texts) == ("ambiguous", 2, 1)


def test_an_approval_meanwhile_ends_a_send_in_doubt(lab: Lab) -> None:
    """Nobody wants a further text."""
    handle = lab.send()
    lab.phone.fault("drop_before", "start")
    resend = lab.send()
    assert lab.outcome(lab.check(lab.code, handle)) == "approved"

    lab.deliver(resend)

    assert (lab.outcome(resend), starts(lab), lab.texts) == ("already_verified", 2, 1)


def test_a_lost_resend_is_found_among_known_texts(lab: Lab) -> None:
    """Same verification, one text more: the unknown one is the resend's."""
    first = lab.send()
    lab.phone.fault("drop_after", "start")
    resend = lab.send()

    lab.deliver(resend)

    assert (lab.outcome(resend), lab.texts) == ("sent", 2)
    assert lab.run(resend).result["verification"]["sends"] == 2
    assert sorted(str(owner) for owner in attempts_of(lab).values()) == sorted([first, resend])


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

    assert (lab.outcome(sixth), starts(lab), lab.texts) == ("max_send_attempts", 6, 5)


def test_an_older_unknown_text_belongs_to_the_send_that_ended_unknown(lab: Lab) -> None:
    """A later answer shows it: the youngest text is the later send's own."""
    lab.phone.fault("drop_after", "start")
    unknown = lab.send()
    lab.expire(unknown)
    assert lab.outcome(unknown) == "outcome_unknown"

    later = lab.send()

    assert lab.outcome(later) == "sent"
    texts = [text["attempt_sid"] for text in lab.phone.inbox(E164)]
    assert [attempts_of(lab)[text] for text in texts] == [unknown, later]


def test_the_looks_stop_while_another_send_holds_the_number(lab: Lab) -> None:
    """A second send waits until the first one's doubt is over: one start per number at a time."""
    lab.phone.fault("drop_after", "start")
    first, second = lab.send(), lab.send()
    assert (lab.outcome(first), lab.outcome(second)) == ("ambiguous", "accepted")

    lab.deliver(first)
    lab.pass_time(20)
    lab.deliver(second)

    assert (lab.outcome(first), lab.outcome(second), lab.texts) == ("sent", "sent", 2)


def test_number_is_masked_in_every_result(lab: Lab) -> None:
    """What is stored shows four digits at most."""
    lab.phone.fault("drop_after", "start")
    handle = lab.send()
    lab.deliver(handle)

    assert NUMBER.replace("-", "")[1:] not in str(lab.run(handle).result)


def test_a_process_that_stops_begins_no_further_look(lab: Lab) -> None:
    """The run is let go between two calls, in doubt as before."""
    lab.phone.fault("drop_before", "start")
    handle = lab.send()
    lab.until_quiet(handle)
    lab.services.stopping.set()

    lab.deliver(handle)

    assert lab.outcome(handle) == "ambiguous"
    assert len(lab.phone.requests(endpoint="fetch")) == 1
    assert lab.phone.requests(endpoint="attempts") == []


def test_many_sends_in_doubt_are_settled_by_one_list(lab: Lab) -> None:
    """When more ask than Twilio grants lists, one list of all texts is shared."""
    lab.services = replace(lab.services, recent_texts=RecentTexts(most=0))
    lab.phone.fault("drop_after", "start")
    lab.phone.fault("status", "fetch", times=None, status=429, code=20429)
    handle = lab.send()

    lab.deliver(handle)

    assert (lab.outcome(handle), lab.texts) == ("sent", 1)
    [listing] = lab.phone.requests(endpoint="attempts")
    assert listing["to"] is None


def test_a_text_that_was_doubled_all_the_same_is_counted(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first request was carried out later than Twilio ever should: both texts are this run's."""
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
    assert list(attempts_of(lab).values()) == [handle, handle]
    assert "run.texts_doubled" in capsys.readouterr().out


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
    assert list(attempts_of(lab).values()) == [handle, handle]


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


def test_what_a_check_met_needs_no_look(lab: Lab) -> None:
    """Our own records are enough: Twilio answers no look."""
    lab.phone.fault("drop_after", "start")
    handle = lab.send()
    lab.check(lab.code, handle)
    lab.phone.fault("status", "fetch", times=None, status=503, code=20503)
    lab.phone.fault("status", "attempts", times=None, status=503, code=20503)

    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"


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
