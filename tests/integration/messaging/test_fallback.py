"""Messaging takes over what Verify certainly did not send, and nothing else: one intent, one text."""

from dataclasses import replace

import pytest

from gateway.absent import AbsentTwilio
from gateway.answer import Endpoint, Reason
from phone_verification.arguments import SendArguments
from phone_verification.kinds import Channel, Operation, RunState, Service
from phone_verification.phone_numbers import read_phone_number
from tasks.claim import Claim, claim
from tasks.fallback import Fallback
from tasks.guard import History
from tasks.inquiry import Inquiry
from tasks.own_code import make_code
from tasks.wanted import Wanted
from tests.integration.settling.lab import E164, NUMBER, Lab


def texts(lab: Lab) -> list[str]:
    """Through which service each text came."""
    return [text["service"] for text in lab.phone.inbox(E164)]


def refuse(lab: Lab, code: int, status: int = 403) -> None:
    """Let Verify refuse the next start with one of Twilio's codes."""
    lab.phone.fault("status", "start", status=status, code=code)


def test_an_account_under_review_texts_its_own_code(lab: Lab, falling_lab: Lab) -> None:
    """60238 is not the person's fault: the text comes through Messaging, and its code is good."""
    refuse(lab, 60238)

    handle = falling_lab.send()

    assert lab.outcome(handle) == "sent"
    assert texts(lab) == ["messaging"]
    assert lab.run(handle).service is Service.MESSAGING
    assert lab.run(handle).result["verification"]["service"] == "messaging"
    assert lab.outcome(lab.check(lab.code, handle)) == "approved"


def test_fraud_guard_is_gone_around_only_if_told_so(falling_lab: Lab) -> None:
    """A blocked prefix is blocked for a reason."""
    refuse(falling_lab, 60410)
    assert falling_lab.outcome(falling_lab.send()) == "fraud_blocked"
    assert texts(falling_lab) == []

    falling_lab.services = replace(
        falling_lab.services, fallback=Fallback(is_on=True, is_around_fraud_guard=True)
    )
    refuse(falling_lab, 60410)
    assert falling_lab.outcome(falling_lab.send()) == "sent"
    assert texts(falling_lab) == ["messaging"]


def test_an_open_breaker_is_gone_around(falling_lab: Lab) -> None:
    """While Verify does not answer, nobody is asked twice: the call was never made."""
    falling_lab.phone.fault("status", "start", status=503, code=20503, times=None)
    lost = falling_lab.send("010-9999-0001")
    assert falling_lab.run(lost).state is RunState.AMBIGUOUS
    starts = falling_lab.starts

    handle = falling_lab.send()

    assert falling_lab.outcome(handle) == "sent"
    assert falling_lab.starts == starts
    assert texts(falling_lab) == ["messaging"]


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_a_lost_answer_never_falls_back(falling_lab: Lab, fault: str) -> None:
    """Verify may have sent it: the run stays Verify's, whatever its breaker says later."""
    falling_lab.phone.fault(fault, "start")
    handle = falling_lab.send()
    assert falling_lab.run(handle).state is RunState.AMBIGUOUS
    for _ in range(3):
        falling_lab.pass_time(20)
        falling_lab.deliver(handle)

    assert texts(falling_lab) in (["verify"], [])
    assert falling_lab.phone.requests(endpoint="message") == []


@pytest.mark.parametrize(("code", "kind"), [(60605, "country_blocked"), (60200, "provider_misconfigured")])
def test_other_refusals_stand(falling_lab: Lab, code: int, kind: str) -> None:
    """What Verify refuses for the person's sake, or for our mistake, Messaging does not get to see."""
    refuse(falling_lab, code)

    assert falling_lab.outcome(falling_lab.send()) == kind
    assert falling_lab.phone.requests(endpoint="message") == []


def test_a_call_does_not_fall_back(falling_lab: Lab) -> None:
    """Messaging makes no calls."""
    refuse(falling_lab, 60238)

    assert falling_lab.outcome(falling_lab.send(NUMBER, channel="call")) == "provider_account"
    assert falling_lab.phone.requests(endpoint="message") == []


def test_a_lost_answer_of_the_fallback_is_settled_where_it_went(falling_lab: Lab) -> None:
    """The run remembers that its text went through Messaging, and looks for it there."""
    refuse(falling_lab, 60238)
    falling_lab.phone.fault("drop_after", "message")
    handle = falling_lab.send()
    assert falling_lab.run(handle).state is RunState.AMBIGUOUS

    falling_lab.deliver(handle)

    assert falling_lab.outcome(handle) == "sent"
    assert texts(falling_lab) == ["messaging"]
    assert falling_lab.phone.requests(endpoint=Endpoint.FETCH.value) == []


def test_a_fallback_that_was_refused_hides_no_code_of_verifys(falling_lab: Lab) -> None:
    """Nobody has the code that was made for it; by number alone the one that was texted counts."""
    falling_lab.send()
    code = falling_lab.code
    falling_lab.phone.switch(opted_out=[E164])
    refuse(falling_lab, 60238)
    assert falling_lab.outcome(falling_lab.send()) == "recipient_opted_out"

    assert falling_lab.outcome(falling_lab.check(code)) == "approved"


def test_what_waits_for_verify_goes_through_messaging_once_that_is_the_service(lab: Lab) -> None:
    """Whoever switches in an outage need not keep Verify set up for what certainly was not sent."""
    messaging = lab.services
    lab.services = replace(messaging, verification_service=Service.VERIFY)
    lab.phone.fault("status", "start", status=429, code=20429)
    handle = lab.send()
    assert lab.run(handle).state is RunState.WAITING
    lab.services = replace(messaging, gateway=AbsentTwilio())

    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"
    assert lab.run(handle).service is Service.MESSAGING
    assert lab.outcome(lab.check(lab.code, handle)) == "approved"


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
@pytest.mark.parametrize("before", Service)
def test_a_switch_leaves_what_is_in_doubt_where_it_went(lab: Lab, before: Service, fault: str) -> None:
    """A worker without that service knows nothing of it, asks for nothing, and another one settles it."""
    both = lab.services
    lab.services = replace(both, verification_service=before)
    lab.phone.fault(fault, "start" if before is Service.VERIFY else "message")
    handle = lab.send()
    lab.services = replace(
        both,
        **({"gateway": AbsentTwilio()} if before is Service.VERIFY else {"messenger": AbsentTwilio()}),
        verification_service=Service.MESSAGING if before is Service.VERIFY else Service.VERIFY,
    )
    lab.until_quiet(handle)
    lab.deliver(handle)
    assert lab.run(handle).state is RunState.AMBIGUOUS
    assert len(lab.phone.inbox(E164)) == (fault == "drop_after")

    lab.services = both
    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"
    assert texts(lab) == [before.value]


def test_a_worker_that_froze_after_it_wrote_the_code_sends_nothing(falling_lab: Lab) -> None:
    """The quiet period is counted from there: a text that left much later could land after it."""
    services, number = falling_lab.services, read_phone_number(NUMBER, "KR")
    handle = falling_lab.accepted_send()
    taken = claim(services, Operation.SEND, handle)
    assert isinstance(taken, Claim)
    assert number is not None
    wanted = Wanted(number=number, arguments=SendArguments(phone_number=NUMBER), history=History())
    inquiry = Inquiry(services, taken)
    refuse(falling_lab, 60238)
    inquiry.start(to=E164, channel=Channel.SMS, locale=None, state=RunState.CALLING)
    assert make_code(inquiry, wanted) is not None
    inquiry.claim = replace(inquiry.claim, taken_at=inquiry.claim.taken_at - 12)

    answer = inquiry.create_message(to=E164, body="a code", validity_seconds=600)

    assert answer.reason is Reason.LEASE_OVER
    assert texts(falling_lab) == []


def test_a_code_of_ours_is_not_taken_for_verifys_text(lab: Lab) -> None:
    """A fallback that came and went while a send of Verify's waited, having been lost once."""
    lab.services = replace(lab.services, verification_service=Service.VERIFY, fallback=Fallback(is_on=True))
    lab.phone.fault("drop_before", "start")
    handle = lab.send(deadline_seconds=600)
    lab.until_quiet(handle)
    lab.phone.fault("status", "start", status=429, code=20429)
    lab.deliver(handle)
    assert lab.run(handle).state is RunState.WAITING
    refuse(lab, 60238)
    lab.phone.fault("drop_before", "message")
    other = lab.send(deadline_seconds=30)
    lab.expire(other)
    assert lab.outcome(other) == "outcome_unknown"
    lab.phone.fault("drop_before", "start")
    lab.deliver(handle)

    lab.deliver(handle)

    assert lab.run(handle).state is RunState.AMBIGUOUS


def test_without_a_fallback_the_refusal_is_told(falling_lab: Lab) -> None:
    """It is a setting, off by default."""
    falling_lab.services = replace(falling_lab.services, fallback=Fallback())
    refuse(falling_lab, 60238)

    assert falling_lab.outcome(falling_lab.send()) == "provider_account"
