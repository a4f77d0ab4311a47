"""Settling a send whose answer was lost: one text, found or proven missing, never guessed."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from models.provider_call import ProviderCall
from tasks.recent_texts import RecentTexts
from tests.integration.settling.lab import E164, NUMBER, Lab


def test_a_text_whose_answer_was_lost_is_found(lab: Lab) -> None:
    """The first look sees it: the send is told as sent, with all there is to tell."""
    lab.phone.fault("drop_after", "start")
    handle = lab.send()
    assert lab.outcome(handle) == "ambiguous"

    lab.deliver(handle)

    assert (lab.outcome(handle), lab.texts, lab.starts) == ("sent", 1, 1)
    verification = lab.run(handle).result["verification"]
    assert (verification["sends"], verification["checks_left"]) == (1, 5)
    assert lab.run(handle).provider_sid == lab.phone.verifications(E164)[0]["sid"]
    assert list(lab.owners().values()) == [handle]


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
        assert (lab.outcome(handle), lab.starts) == ("ambiguous", 1)

    lab.until_quiet(handle)
    lab.deliver(handle)

    assert (lab.outcome(handle), lab.texts, lab.starts) == ("sent", 1, 2)


def test_no_more_than_three_requests_leave_for_one_intent(lab: Lab) -> None:
    """Whatever is lost, however long the person waits."""
    lab.phone.fault("drop_before", "start", times=None)
    handle = lab.send(deadline_seconds=600)

    for _ in range(6):
        lab.until_quiet(handle)
        lab.deliver(handle)

    assert (lab.outcome(handle), lab.starts, lab.texts) == ("provider_unavailable", 3, 0)


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

    assert (lab.outcome(handle), lab.starts) == ("ambiguous", 1)
    lab.expire(handle)
    assert lab.outcome(handle) == "outcome_unknown"


def test_too_late_for_another_text_is_a_clear_no(lab: Lab) -> None:
    """Nothing was sent for sure, and nobody waits long enough for another try."""
    lab.phone.fault("drop_before", "start")
    handle = lab.send(deadline_seconds=55)

    lab.until_quiet(handle)
    lab.deliver(handle)

    assert (lab.outcome(handle), lab.starts, lab.texts) == ("provider_unavailable", 1, 0)


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

    assert (lab.outcome(handle), lab.texts, lab.starts) == ("sent", 1, 1)
    assert list(lab.owners().values()) == [handle]


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


def test_what_a_check_met_needs_no_look(lab: Lab) -> None:
    """Our own records are enough: Twilio answers no look."""
    lab.phone.fault("drop_after", "start")
    handle = lab.send()
    lab.check(lab.code, handle)
    lab.phone.fault("status", "fetch", times=None, status=503, code=20503)
    lab.phone.fault("status", "attempts", times=None, status=503, code=20503)

    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"
