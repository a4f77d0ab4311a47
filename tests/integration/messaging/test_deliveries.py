"""Did it arrive? What became of a text is looked at a few times, told by `status`, and changes no result."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from models import SendAttempt
from models.database import Database
from phone_verification import VerificationClient
from phone_verification.deliveries import DeliveryReason, DeliveryStatus
from phone_verification.keys import make_key
from phone_verification.kinds import Fault, Service
from phone_verification.results import DeliveryAnswer
from simulator.client import SimulatorClient
from tasks.deliveries import look_at_deliveries
from tests.integration.settling.lab import E164, Lab


@pytest.fixture(params=Service)
def either(lab: Lab, request: pytest.FixtureRequest) -> Lab:
    """Texts of Verify's and of our own."""
    lab.services = replace(lab.services, verification_service=request.param)
    return lab


def told(lab: Lab, task_id: str) -> DeliveryAnswer | None:
    """Poll as a backend does."""
    with VerificationClient(
        database=lab.database.engine,
        broker_url="redis://127.0.0.1:1/0",
        hmac_keys=make_key("a"),
        seal_keys=make_key("a"),
    ) as client:
        return client.status(task_id).delivery


def row(lab: Lab) -> Any:
    """Read the one text."""
    with lab.database.transaction() as connection:
        return connection.execute(select(SendAttempt.__table__)).one()


def look(lab: Lab, seconds: float) -> None:
    """Let time pass, and look at whatever is due."""
    lab.pass_time(seconds)
    look_at_deliveries(lab.services)


def fail(phone: SimulatorClient, status: str, code: str) -> None:
    """Let texts to the number end so."""
    phone.switch(message_scripts={E164: {"message_status": status, "error_code": code}})


def test_a_text_that_arrives_is_told_and_not_looked_at_again(either: Lab) -> None:
    """Delivered is the last word."""
    task_id = either.send()
    frozen = either.run(task_id).result
    assert told(either, task_id) is None

    look(either, 6)

    delivery = told(either, task_id)
    assert delivery is not None
    assert (delivery.status, delivery.reason) == (DeliveryStatus.DELIVERED, None)
    assert row(either).look_at is None
    assert either.run(task_id).result == frozen


def test_a_text_that_is_lost_has_a_reason_and_words(either: Lab) -> None:
    """The story's author never learned why; this one does."""
    fail(either.phone, "undelivered", "30003")
    task_id = either.send()

    look(either, 6)

    delivery = told(either, task_id)
    assert delivery is not None
    assert delivery.status is DeliveryStatus.UNDELIVERED
    assert delivery.reason is DeliveryReason.HANDSET_UNREACHABLE
    assert (delivery.fault, delivery.resend_useful, delivery.provider_code) == (Fault.USER, True, 30003)
    assert delivery.message is not None
    assert "휴대폰" in delivery.message.ko
    assert either.outcome(task_id) == "sent"


def test_looks_are_bounded(either: Lab) -> None:
    """A text of which nothing is heard is looked at four times in about two minutes."""
    either.phone.switch(message_scripts={E164: {"message_status": "sent"}})
    task_id = either.send()
    before = len(either.phone.requests())

    for _ in range(40):
        look(either, 5)

    assert len(either.phone.requests()) - before == 4
    assert (row(either).looks, row(either).look_at) == (4, None)
    delivery = told(either, task_id)
    assert delivery is not None
    assert delivery.status is DeliveryStatus.SENT


def test_before_its_time_nothing_is_asked(either: Lab) -> None:
    """The first look comes after five seconds."""
    either.send()
    before = len(either.phone.requests())

    look(either, 4)

    assert len(either.phone.requests()) == before


def test_a_look_that_fails_is_no_news(either: Lab) -> None:
    """The next one makes it good."""
    task_id = either.send()
    for endpoint in ("attempts", "message_fetch"):
        either.phone.fault("status", endpoint, status=503, code=20503)

    look(either, 6)
    assert told(either, task_id) is None
    look(either, 20)

    delivery = told(either, task_id)
    assert delivery is not None
    assert delivery.status is DeliveryStatus.DELIVERED


def test_a_look_that_is_answered_late_takes_nothing_back(lab: Lab) -> None:
    """Two workers look at a text; the one that looked first is told last."""
    lab.phone.switch(message_delivered_seconds=10)
    task_id = lab.send()
    held = lab.phone.fault("hold", "message_fetch", when="after")

    with ThreadPoolExecutor(1) as worker:
        late = worker.submit(look, lab, 6)
        lab.phone.wait_held(held)
        look(lab, 20)
        lab.phone.release(held)
        late.result()

    delivery = told(lab, task_id)
    assert delivery is not None
    assert delivery.status is DeliveryStatus.DELIVERED


def test_many_texts_of_verifys_are_looked_at_by_one_list(lab: Lab) -> None:
    """Twilio answers a hundred lists a minute, for everybody together."""
    lab.services = replace(lab.services, verification_service=Service.VERIFY)
    numbers = [f"010-7777-{place:04d}" for place in range(5)]
    tasks = [lab.send(number) for number in numbers]

    look(lab, 6)

    assert len(lab.phone.requests(endpoint="attempts")) == 1
    assert all(told(lab, task_id) for task_id in tasks)


def test_followed_by_nobody_nothing_is_asked(lab: Lab) -> None:
    """It is a setting."""
    lab.services = replace(lab.services, follows_deliveries=False)
    task_id = lab.send()

    look(lab, 60)

    assert lab.phone.requests(endpoint="message_fetch") == []
    assert told(lab, task_id) is None


def test_a_message_is_followed_up_too(lab: Lab, database: Database) -> None:
    """A text of the caller's own words arrives, or not, like any other."""
    fail(lab.phone, "failed", "30450")
    task_id = lab.message("your parcel is here")

    look(lab, 6)

    delivery = told(lab, task_id)
    assert delivery is not None
    assert (delivery.status, delivery.reason) == (DeliveryStatus.FAILED, DeliveryReason.ABUSE_PROTECTION)
