"""The fence: Twilio's own limit of one start per intent, so that a repetition is refused, not sent.

https://www.twilio.com/docs/verify/api/programmable-rate-limits
"""

from dataclasses import replace

import pytest
from twilio.rest import Client

from simulator.account import Account
from tests.integration.settling.lab import Lab

FENCE = "one_text_per_intent"


@pytest.fixture
def fenced(lab: Lab) -> Lab:
    """A service with the limit, and a worker that is told its name."""
    account = Account()
    client = Client(account.account_sid, account.auth_token)
    client.verify.base_url = lab.phone.base_url
    service = client.verify.v2.services(account.service_sid)
    limit = service.rate_limits.create(unique_name=FENCE)
    service.rate_limits(str(limit.sid)).buckets.create(max=1, interval=600)
    return replace(lab, services=replace(lab.services, intent_rate_limit=FENCE))


def test_a_lost_text_is_asked_for_again_at_once_and_refused(fenced: Lab) -> None:
    """The refusal says that the text had been sent: found, and not doubled."""
    fenced.phone.fault("drop_after", "start")
    handle = fenced.send()

    fenced.deliver(handle)

    assert (fenced.outcome(handle), fenced.texts, fenced.starts) == ("sent", 1, 2)
    assert fenced.run(handle).result["verification"]["sends"] == 1


def test_a_request_that_never_arrived_is_made_good_at_once(fenced: Lab) -> None:
    """No quiet period is waited for."""
    fenced.phone.fault("drop_before", "start")
    handle = fenced.send()

    fenced.deliver(handle)

    assert (fenced.outcome(handle), fenced.texts, fenced.starts) == ("sent", 1, 2)


def test_the_refusal_is_enough_when_no_look_is_answered(fenced: Lab) -> None:
    """Twilio said itself that the text had been sent."""
    fenced.phone.fault("drop_after", "start")
    fenced.phone.fault("status", "fetch", times=None, status=503, code=20503)
    fenced.phone.fault("status", "attempts", times=None, status=503, code=20503)
    handle = fenced.send()

    fenced.deliver(handle)

    assert (fenced.outcome(handle), fenced.texts) == ("sent", 1)
    checked = fenced.check(fenced.code, handle)
    assert fenced.outcome(checked) == "approved"


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (503, 20503), (403, 60410)])
def test_nothing_else_decides_behind_the_fence(fenced: Lab, status: int, code: int) -> None:
    """A plain 429, a fault or a refusal of the repetition says nothing of the first request."""
    fenced.phone.fault("drop_after", "start")
    fenced.phone.fault("status", "start", status=status, code=code)
    handle = fenced.send()

    fenced.deliver(handle)
    assert (fenced.outcome(handle), fenced.starts) == ("ambiguous", 2)
    fenced.deliver(handle)

    assert (fenced.outcome(handle), fenced.texts) == ("sent", 1)


def test_two_intents_have_a_fence_each(fenced: Lab) -> None:
    """A resend is a new intent and not refused."""
    assert [fenced.outcome(fenced.send()) for _ in range(2)] == ["sent", "sent"]
    assert fenced.texts == 2
