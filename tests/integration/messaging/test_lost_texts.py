"""A text of ours whose answer was lost: found by number, sender and time, or asked for with the same code."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gateway.answer import AnswerClass
from gateway.messaging import TwilioMessaging
from gateway.twilio_client import Credentials
from phone_verification.kinds import RunState
from simulator.client import SimulatorClient
from tasks.figures import Figures
from tests.integration.messaging.conftest import ACCOUNT
from tests.integration.settling.lab import E164, Lab
from worker.demo.waiting import wait_until


def bodies(lab: Lab) -> list[str]:
    """What the person's phone got."""
    return [text["body"] for text in lab.phone.messages(E164)]


def asked(lab: Lab) -> int:
    """How often a text was asked for."""
    return len(lab.phone.requests(endpoint="message"))


def test_a_text_whose_answer_was_lost_is_found(lab: Lab) -> None:
    """It is listed at Twilio, so it was sent, and is not asked for again."""
    lab.phone.fault("drop_after", "message")
    handle = lab.send()
    assert lab.run(handle).state is RunState.AMBIGUOUS

    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"
    assert (asked(lab), len(bodies(lab))) == (1, 1)
    assert lab.owners() == {lab.phone.messages(E164)[0]["sid"]: handle}


def test_a_text_that_never_landed_is_asked_for_again_with_the_same_code(lab: Lab) -> None:
    """Proven missing only after the quiet period; the second request carries the code of the first."""
    lab.phone.fault("drop_before", "message")
    handle = lab.send()
    lab.deliver(handle)
    assert lab.run(handle).state is RunState.AMBIGUOUS
    first = lab.phone.requests(endpoint="message")[0]["form"]["Body"]
    lab.until_quiet(handle)

    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"
    assert bodies(lab) == [first]
    assert lab.outcome(lab.check(lab.code, handle)) == "approved"


def test_a_request_that_lands_late_is_found_and_not_repeated(lab: Lab) -> None:
    """Twilio carries it out after we stopped waiting, and after a look that showed nothing."""
    figures = replace_budget(lab.services.figures)
    lab.services = replace(lab.services, figures=figures)
    held = lab.phone.fault("hold", "message", when="before")
    handle = lab.send()
    lab.deliver(handle)
    assert (lab.run(handle).state, bodies(lab)) == (RunState.AMBIGUOUS, [])
    lab.phone.release(held)
    wait_until(lambda: bodies(lab), "the request lands", seconds=5)
    lab.until_quiet(handle)

    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"
    assert (asked(lab), len(bodies(lab))) == (1, 1)


def replace_budget(figures: Figures) -> Figures:
    """Give up on a call at once."""
    return figures.model_copy(update={"start_budget_seconds": 0.5})


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_whoever_types_the_code_had_the_text(lab: Lab, fault: str) -> None:
    """While the send is in doubt its code is already good, and that it was typed settles the send."""
    lab.phone.fault(fault, "message")
    handle = lab.send()
    code = lab.sealed_code(handle)

    checked = lab.check(code, handle)
    lab.deliver(handle)

    assert lab.outcome(checked) == "approved"
    assert lab.outcome(handle) == "sent"
    assert asked(lab) == 1


def test_a_text_that_was_typed_is_not_the_next_sends_to_find(lab: Lab) -> None:
    """Its sid is learned although nothing else is asked: the resend never left, and is asked for again."""
    lab.phone.fault("drop_after", "message")
    handle = lab.send()
    lab.check(lab.sealed_code(handle), handle)
    lab.deliver(handle)
    assert lab.owners() == {lab.phone.messages(E164)[0]["sid"]: handle}
    lab.phone.fault("drop_before", "message")
    resent = lab.send()
    lab.until_quiet(resent)

    lab.deliver(resent)

    assert lab.outcome(resent) == "sent"
    assert (asked(lab), len(bodies(lab))) == (3, 2)


def test_who_types_the_code_while_twilio_is_looked_at_gets_no_second_text(lab: Lab) -> None:
    """The list shows nothing, the check comes before what follows from it is done."""
    lab.phone.fault("drop_before", "message")
    handle = lab.send()
    code = lab.sealed_code(handle)
    lab.until_quiet(handle)
    held = lab.phone.fault("hold", "messages", when="after")

    with ThreadPoolExecutor(1) as worker:
        settling = worker.submit(lab.deliver, handle)
        lab.phone.wait_held(held)
        checked = lab.check(code, handle)
        lab.phone.release(held)
        settling.result()

    assert lab.outcome(checked) == "approved"
    assert lab.outcome(handle) == "already_verified"
    assert asked(lab) == 1


def test_when_nobody_can_look_the_send_ends_unknown_and_its_code_is_good(lab: Lab) -> None:
    """A list that fails is no evidence; a code may still arrive, and can be typed."""
    lab.phone.fault("drop_after", "message")
    lab.phone.fault("status", "messages", times=None, status=503, code=20503)
    handle = lab.send()
    lab.until_quiet(handle)
    lab.deliver(handle)
    lab.expire(handle)

    assert lab.outcome(handle) == "outcome_unknown"
    assert asked(lab) == 1
    assert lab.outcome(lab.check(lab.code, handle)) == "approved"


def test_another_senders_text_is_not_ours(lab: Lab, simulator: tuple[str, SimulatorClient]) -> None:
    """Adopted by number, sender and time: somebody else's text to the same phone settles nothing."""
    lab.phone.fault("drop_before", "message")
    handle = lab.send()
    text_from_elsewhere(simulator[0])
    lab.until_quiet(handle)

    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"
    assert (asked(lab), len(bodies(lab))) == (3, 2)


def text_from_elsewhere(url: str) -> None:
    """Text the number from the account's own number, not from the messaging service."""
    elsewhere = TwilioMessaging(
        credentials=Credentials(
            account_sid=ACCOUNT.account_sid, username=ACCOUNT.account_sid, password=ACCOUNT.auth_token
        ),
        from_number=ACCOUNT.from_number,
        base_url=url,
    )
    made = elsewhere.create(to=E164, body="your parcel", validity_seconds=600, budget_seconds=5)
    assert made.answer_class is AnswerClass.SUCCEEDED


def test_an_older_text_of_ours_is_known_and_settles_nothing(lab: Lab) -> None:
    """A resend in doubt is not taken for the text before it."""
    lab.send()
    lab.phone.fault("drop_before", "message")
    handle = lab.send()
    lab.deliver(handle)
    assert lab.run(handle).state is RunState.AMBIGUOUS
    lab.until_quiet(handle)

    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"
    assert len(bodies(lab)) == 2


def test_a_worker_killed_before_the_code_was_written_sent_nothing(lab: Lab) -> None:
    """No code, no text: it is asked for at once, without a quiet period."""
    handle = lab.killed_send()
    lab.die(handle)

    lab.deliver(handle)

    assert lab.outcome(handle) == "sent"
    assert len(bodies(lab)) == 1


def test_at_most_three_requests_leave_for_one_intent(lab: Lab) -> None:
    """Then it is told that nothing was sent, and the code nobody has is over."""
    lab.phone.fault("drop_before", "message", times=None)
    handle = lab.send(deadline_seconds=600)
    code = lab.sealed_code(handle)
    for _ in range(3):
        lab.until_quiet(handle)
        lab.deliver(handle)

    assert lab.outcome(handle) == "provider_unavailable"
    assert asked(lab) == 3
    assert bodies(lab) == []
    assert lab.outcome(lab.check(code, handle)) == "no_verification_record"


@pytest.mark.parametrize(
    ("switch", "kind"),
    [
        ({"opted_out": [E164]}, "recipient_opted_out"),
        ({"landlines": [E164]}, "unsupported_phone_type"),
        ({"trial": True}, "recipient_unverified"),
    ],
)
def test_a_refusal_is_final_and_ends_the_code(lab: Lab, switch: dict[str, object], kind: str) -> None:
    """What Twilio refuses was not sent: nobody has the code."""
    lab.phone.switch(**switch)

    handle = lab.send()

    assert lab.outcome(handle) == kind
    assert lab.outcome(lab.check("123456", handle)) == "no_verification_record"
