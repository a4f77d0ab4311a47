"""The official SDK against the simulator."""

from typing import Any, TypeAlias

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, NUMBER, code_of

# The SDK publishes no types.
Sdk: TypeAlias = Any

exceptions = pytest.importorskip("twilio.base.exceptions")


@pytest.fixture
def service(sdk_client: Sdk) -> Sdk:
    """The simulator's Verify service."""
    return sdk_client.verify.v2.services(ACCOUNT.service_sid)


def test_sdk_starts_reads_and_checks(service: Sdk, sim: SimulatorClient) -> None:
    """The life of a verification, with dates that the SDK could parse."""
    started = service.verifications.create(to=NUMBER, channel="sms", locale="ko")
    assert (started.status, started.date_created.year > 2000) == ("pending", True)
    assert service.verifications(NUMBER).fetch().sid == started.sid

    checked = service.verification_checks.create(to=NUMBER, code=code_of(sim))

    assert (checked.status, checked.sid) == ("approved", started.sid)
    with pytest.raises(exceptions.TwilioRestException) as gone:
        service.verification_checks.create(verification_sid=started.sid, code="123456")
    assert (gone.value.status, gone.value.code) == (404, 20404)


def test_sdk_updates_a_verification(service: Sdk) -> None:
    """Cancel by number."""
    service.verifications.create(to=NUMBER, channel="sms")

    assert service.verifications(NUMBER).update(status="canceled").status == "canceled"


def test_sdk_pages_through_attempts(service: Sdk, sdk_client: Sdk) -> None:
    """The addresses in `meta` lead back to the simulator."""
    for _ in range(5):
        service.verifications.create(to=NUMBER, channel="sms")

    attempts = sdk_client.verify.v2.verification_attempts
    listed = attempts.list(channel_data_to=NUMBER, page_size=2)

    assert len({attempt.sid for attempt in listed}) == 5
    assert attempts(listed[0].sid).fetch().verification_sid == listed[0].verification_sid
    summary = sdk_client.verify.v2.verification_attempts_summary().fetch()
    assert (summary.total_attempts, summary.conversion_rate_percentage) == (5, "0")


def test_sdk_manages_rate_limits(service: Sdk) -> None:
    """And is stopped by them."""
    limit = service.rate_limits.create(unique_name="intent")
    service.rate_limits(limit.sid).buckets.create(max=1, interval=600)
    service.verifications.create(to=NUMBER, channel="sms", rate_limits={"intent": "a"})

    with pytest.raises(exceptions.TwilioRestException) as limited:
        service.verifications.create(to=NUMBER, channel="sms", rate_limits={"intent": "a"})

    assert (limited.value.status, limited.value.code) == (429, 20429)
    assert [each.unique_name for each in service.rate_limits.list()] == ["intent"]
    (bucket,) = service.rate_limits("intent").buckets.list()
    assert service.rate_limits("intent").buckets(bucket.sid).delete()


def test_sdk_reads_and_changes_the_service(service: Sdk) -> None:
    """Booleans travel as words."""
    assert service.fetch().code_length == 6
    assert service.update(code_length=4, lookup_enabled=True).lookup_enabled is True


def test_sdk_understands_problem_details(service: Sdk, sim: SimulatorClient) -> None:
    """It has an exception of its own for them."""
    sim.fault("rfc9457", "start", status=429)

    with pytest.raises(exceptions.TwilioServiceException) as problem:
        service.verifications.create(to=NUMBER, channel="sms")

    assert (problem.value.status, problem.value.code) == (429, 20429)


def test_sdk_sends_reads_and_lists_messages(sdk_client: Sdk, sim: SimulatorClient) -> None:
    """The life of a message, with dates that the SDK could parse."""
    sent = sdk_client.messages.create(
        to=NUMBER,
        messaging_service_sid=ACCOUNT.messaging_service_sid,
        body="인증번호 1234",
        validity_period=60,
    )
    assert (sent.status, sent.from_, sent.date_created.year > 2000) == ("accepted", None, True)
    sim.advance(3)

    message = sdk_client.messages(sent.sid).fetch()

    assert (message.status, message.from_, message.error_code) == ("delivered", ACCOUNT.from_number, None)
    seconds = (message.date_updated - message.date_sent).total_seconds()
    assert seconds == 2
    today = message.date_sent.date()
    for filters in ({"date_sent": today}, {"date_sent_after": today}, {"date_sent_before": today}):
        listed = sdk_client.messages.list(to=NUMBER, from_=ACCOUNT.from_number, **filters)
        assert [each.sid for each in listed] == [sent.sid]


def test_sdk_pages_through_messages(sdk_client: Sdk) -> None:
    """The addresses in the envelope lead back to the simulator."""
    sent = [
        sdk_client.messages.create(to=NUMBER, from_=ACCOUNT.from_number, body=str(count)).sid
        for count in range(5)
    ]

    listed = sdk_client.messages.list(to=NUMBER, page_size=2)

    assert [each.sid for each in listed] == sent[::-1]


def test_sdk_tells_why_a_message_was_refused(sdk_client: Sdk) -> None:
    """Status and code."""
    with pytest.raises(exceptions.TwilioRestException) as refused:
        sdk_client.messages.create(to="+8210", from_=ACCOUNT.from_number, body="1234")

    assert (refused.value.status, refused.value.code) == (400, 21211)
