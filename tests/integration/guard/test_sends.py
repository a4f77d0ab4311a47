"""What the guard allows a number, a caller and everybody to have sent."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from models import GuardDecision
from phone_verification.keys import Label
from tasks.rules import GuardSettings
from tests.integration.guard.conftest import under
from tests.integration.settling.lab import Lab


def decisions(lab: Lab) -> list[Any]:
    """Everything that the guard has objected to, oldest first."""
    with lab.database.transaction() as connection:
        return list(connection.execute(select(GuardDecision.__table__).order_by(GuardDecision.id)).all())


def answer(lab: Lab, task_id: str) -> dict[str, Any]:
    """The verification as a run's result describes it."""
    return dict(lab.run(task_id).result["verification"])


def error(lab: Lab, task_id: str) -> dict[str, Any]:
    """The error of a run's result."""
    return dict(lab.run(task_id).result["error"])


def numbers(first: int, count: int) -> list[str]:
    """Numbers that nobody else uses."""
    return [f"010-7777-{number:04d}" for number in range(first, first + count)]


def test_a_resend_waits_longer_each_time(lab: Lab) -> None:
    """30, 40, 60 and 90 seconds after the last text; every answer says when."""
    assert answer(lab, lab.send())["next_send_in"] == 30

    for wait, following in ((30, 40), (40, 60), (60, 90)):
        lab.pass_time(wait - 2)
        early = lab.send()
        assert lab.outcome(early) == "rate_limited"
        assert 1 <= error(lab, early)["retry_after"] <= 2
        assert answer(lab, early)["next_send_in"] == error(lab, early)["retry_after"]
        lab.pass_time(3)
        sent = lab.send()
        assert lab.outcome(sent) == "sent"
        assert answer(lab, sent)["next_send_in"] == following

    assert (lab.starts, lab.texts) == (4, 4)


def test_a_check_tells_when_the_next_text_may_be_asked_for(lab: Lab) -> None:
    """A page that shows a countdown needs no memory of its own."""
    handle = lab.send()
    lab.pass_time(10)

    assert 18 <= answer(lab, lab.check("000000", handle))["next_send_in"] <= 20
    assert 18 <= answer(lab, lab.check("not a code", handle))["next_send_in"] <= 20
    lab.pass_time(21)
    assert answer(lab, lab.check("111111", handle))["next_send_in"] == 0


def test_a_send_that_the_sweeper_ends_tells_of_later_texts(lab: Lab) -> None:
    """It waited through an outage while another was sent: that one is waited for too."""
    lab.phone.outage("refuse")
    waiting = lab.send()
    lab.phone.outage("off")
    lab.pass_time(110)
    assert lab.outcome(lab.send()) == "sent"
    lab.pass_time(2)

    lab.expire(waiting)

    assert lab.outcome(waiting) == "provider_unavailable"
    assert 10 < answer(lab, waiting)["next_send_in"] <= 30


def test_a_check_that_was_in_doubt_tells_of_later_texts(lab: Lab) -> None:
    """It was asked before the resend, and is answered after it."""
    handle = lab.send()
    lab.pass_time(31)
    lab.lose_next_check()
    doubtful = lab.check(lab.code, handle)
    assert lab.outcome(lab.send()) == "sent"

    lab.pass_time(4)
    lab.deliver(doubtful)

    assert lab.outcome(doubtful) == "approved"
    assert 30 < answer(lab, doubtful)["next_send_in"] <= 40


@pytest.mark.parametrize(
    ("settings", "window_seconds"),
    [
        (GuardSettings(resend_waits_seconds="0"), 600),
        (GuardSettings(resend_waits_seconds="0", sends_per_number_in_10_minutes=0), 86_400),
    ],
)
def test_a_number_is_sent_so_many_texts_in_a_window(
    lab: Lab, settings: GuardSettings, window_seconds: float
) -> None:
    """Five in ten minutes and ten a day; the window moves on with the oldest."""
    lab, most = under(lab, settings), 5 if window_seconds == 600 else 10
    sent = []
    for _ in range(most):
        sent.append(lab.send())
        # Verified in between: Twilio itself sends no more than five texts for one verification.
        assert lab.outcome(lab.check(lab.code, sent[-1])) == "approved"
        lab.pass_time(20)
    assert [lab.outcome(one) for one in sent] == ["sent"] * most

    refused = lab.send()

    assert lab.outcome(refused) == "rate_limited"
    left = window_seconds - most * 20
    assert left - 3 <= error(lab, refused)["retry_after"] <= left
    assert error(lab, refused)["fault"] == "user"
    lab.pass_time(left + 1)
    assert lab.outcome(lab.send()) == "sent"


def test_a_caller_is_counted_across_numbers(lab: Lab) -> None:
    """Twenty an hour for one client_ref, whatever numbers it names; another caller is not held back."""
    for number in numbers(0, 20):
        assert lab.outcome(lab.send(number, client_ref="203.0.113.7")) == "sent"

    assert lab.outcome(lab.send("010-7777-1000", client_ref="203.0.113.7")) == "rate_limited"
    assert lab.outcome(lab.send("010-7777-1001", client_ref="203.0.113.8")) == "sent"
    assert lab.outcome(lab.send("010-7777-1002")) == "sent"
    assert [one.rule for one in decisions(lab)] == ["sends_per_client_ref"]


def test_of_a_crowd_of_one_caller_only_so_many_are_sent(lab: Lab) -> None:
    """Asked for at the same moment by many workers, one place left is taken once."""
    lab = under(lab, GuardSettings(sends_per_client_ref_an_hour=3))

    with ThreadPoolExecutor(8) as threads:
        sent = list(threads.map(lambda number: lab.send(number, client_ref="session-1"), numbers(0, 16)))

    assert sorted(lab.outcome(one) for one in sent) == ["rate_limited"] * 13 + ["sent"] * 3


def test_everybody_together_stays_under_the_ceiling(lab: Lab) -> None:
    """The bill has an upper end, also for a worker that has just started and knows nothing."""
    settings = GuardSettings(sends_an_hour=3)
    lab = under(lab, settings)
    outcomes = [lab.outcome(lab.send(number)) for number in numbers(0, 4)]
    assert outcomes == ["sent", "sent", "sent", "rate_limited"]

    restarted = under(lab, settings)

    refused = restarted.send("010-7777-0100")
    assert restarted.outcome(refused) == "rate_limited"
    assert 3_500 < error(restarted, refused)["retry_after"] <= 3_600
    assert {one.rule for one in decisions(lab)} == {"sends_an_hour"}
    restarted.pass_time(3_601)
    assert restarted.outcome(under(restarted, settings).send("010-7777-0101")) == "sent"


def test_a_send_that_never_left_does_not_count(lab: Lab) -> None:
    """Twilio away: nobody is made to wait for texts that were never sent."""
    lab.phone.outage("refuse")
    for _ in range(12):
        waiting = lab.send()
        lab.expire(waiting)
        assert lab.outcome(waiting) == "provider_unavailable"
        assert answer(lab, waiting)["next_send_in"] == 0
    lab.phone.outage("off")

    assert lab.outcome(lab.send()) == "sent"


def test_a_send_that_failed_for_our_fault_does_not_count(lab: Lab) -> None:
    """A trial account that may not text this number: mended, it is asked for again at once."""
    lab.phone.switch(trial=True)
    assert lab.outcome(lab.send()) == "recipient_unverified"
    lab.phone.switch(trial=False)

    assert lab.outcome(lab.send()) == "sent"


def test_a_send_whose_answer_was_lost_counts(lab: Lab) -> None:
    """A text may be on its way: the next one waits as for any other."""
    lab.phone.fault("drop_after", "start")
    doubtful = lab.send(deadline_seconds=20)
    lab.expire(doubtful)
    assert lab.outcome(doubtful) == "outcome_unknown"
    assert 5 < answer(lab, doubtful)["next_send_in"] <= 30

    assert lab.outcome(lab.send()) == "rate_limited"


def test_one_intent_counts_once(lab: Lab) -> None:
    """Delivered again and again, through an outage or after its end, it is one send of one number."""
    lab = under(lab, GuardSettings(resend_waits_seconds="0", sends_per_number_in_10_minutes=2))
    lab.phone.outage("refuse")
    patient = lab.send()
    for _ in range(4):
        lab.pass_time(2)
        lab.deliver(patient)
    lab.phone.outage("off")
    lab.pass_time(2)
    lab.deliver(patient)
    for _ in range(3):
        lab.deliver(patient)
    assert lab.outcome(patient) == "sent"

    assert lab.outcome(lab.send()) == "sent"
    assert lab.outcome(lab.send()) == "rate_limited"


def test_a_refusal_is_kept_with_what_it_was_decided_by(lab: Lab) -> None:
    """Once for each run, without a number in it; and what was refused is no send."""
    lab.send()

    refused = lab.send()
    lab.deliver(refused)

    (kept,) = decisions(lab)
    assert (kept.task_id, kept.rule, kept.is_enforced) == (refused, "resend_wait", True)
    assert kept.inputs["sends"] == 1
    assert kept.inputs["wait_seconds"] == 30
    assert lab.run(refused).posts == 0


def test_a_new_key_for_fingerprints_loses_no_limit(lab: Lab) -> None:
    """Counted under every key there is, a rotation gives nobody a fresh start."""
    lab.send(client_ref="203.0.113.7")
    lab.rotate_keys()

    assert lab.outcome(lab.send()) == "rate_limited"
    lab = under(lab, GuardSettings(sends_per_client_ref_an_hour=1))
    assert lab.outcome(lab.send("010-7777-0001", client_ref="203.0.113.7")) == "rate_limited"


@pytest.mark.parametrize("number", [None, "010-9999-9999"])
def test_a_row_that_names_another_number_is_not_asked_for(lab: Lab, number: str | None) -> None:
    """What another language inserted under no fingerprint, or a wrong one, nobody would count or lock."""
    keys = lab.services.fingerprints
    wrong = number and keys.of(Label.PHONE, "+821099999999")

    sent = lab.send(phone_fingerprint=wrong)
    checked = lab.check("123456", phone_fingerprint=wrong)

    assert [lab.outcome(one) for one in (sent, checked)] == ["invalid_request"] * 2
    assert (lab.starts, lab.checks) == (0, 0)


def test_several_workers_share_one_ceiling(lab: Lab) -> None:
    """Each counts for itself, and together they stay under it."""
    settings = GuardSettings(sends_an_hour=20)
    workers = [under(lab, settings) for _ in range(3)]

    with ThreadPoolExecutor(6) as threads:
        sent = list(threads.map(lambda at: workers[at % 3].send(numbers(at, 1)[0]), range(60)))

    outcomes = [lab.outcome(one) for one in sent]
    assert set(outcomes) == {"sent", "rate_limited"}
    # In the same millisecond two may count each other.
    assert 18 <= outcomes.count("sent") <= 20
