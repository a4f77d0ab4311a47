"""GET and POST …/Verifications/{key}."""

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import NUMBER, Asking, code_of


@pytest.mark.parametrize("key", [NUMBER, "%2B821012345678"])
def test_pending_verification_is_found_by_number(twilio: Asking, key: str) -> None:
    """A raw plus and an escaped one are the same."""
    started = twilio.start().json

    assert twilio.fetch(key).json == started
    assert twilio.fetch(started["sid"]).json == started


def test_approved_and_expired_verifications_are_gone(twilio: Asking, sim: SimulatorClient) -> None:
    """https://www.twilio.com/docs/api/errors/20404."""
    sid = twilio.start().json["sid"]
    twilio.check(code_of(sim))
    assert twilio.fetch(sid).code == (404, 20404)

    twilio.start()
    sim.advance(600)

    assert twilio.fetch().code == (404, 20404)


def test_cancel_frees_the_number(twilio: Asking) -> None:
    """Cancelling lifts the five-send limit at once, and stays visible."""
    (first,) = {twilio.start().json["sid"] for _ in range(5)}

    assert twilio.update("canceled").json["status"] == "canceled"
    assert twilio.fetch(first).json["status"] == "canceled"
    assert twilio.start().json["sid"] != first


def test_approval_by_update_converts_the_attempt(twilio: Asking) -> None:
    """Feedback for a code that was checked elsewhere."""
    twilio.start()

    assert twilio.update("approved").json["valid"] is True
    assert twilio.attempts().json["attempts"][0]["conversion_status"] == "converted"


def test_update_to_another_status_is_invalid(twilio: Asking) -> None:
    """Only approved and canceled can be set."""
    twilio.start()

    assert twilio.update("expired").code == (400, 60200)


def test_update_of_an_ended_verification_is_not_found(twilio: Asking) -> None:
    """It ends once."""
    twilio.start()
    twilio.update("canceled")

    assert twilio.update("approved").code == (404, 20404)


@pytest.mark.parametrize(("step", "count"), [(0, 60), (19, 180)], ids=["minute", "hour"])
def test_status_fetches_are_limited(twilio: Asking, sim: SimulatorClient, step: int, count: int) -> None:
    """60 a minute, 180 an hour, each by the simulator's clock."""
    sim.switch(ttl_seconds=86400)
    twilio.start()
    for _ in range(count):
        assert twilio.fetch().status == 200
        sim.advance(step)

    assert twilio.fetch().code == (429, 20429)
    sim.advance(3600)
    assert twilio.fetch().status == 200


def test_status_fetches_are_free_if_switched(twilio: Asking, sim: SimulatorClient) -> None:
    """A long test may want them unlimited."""
    sim.switch(status_fetch_limits=False)
    twilio.start()

    assert {twilio.fetch().status for _ in range(70)} == {200}
