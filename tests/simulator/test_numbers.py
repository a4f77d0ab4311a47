"""Numbers on which Twilio acts specially."""

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import NUMBER, OTHER, Asking, Fields


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ({"review_hold": True}, (403, 60238)),
        ({"trial": True}, (403, 21608)),
        ({"opted_out": [NUMBER]}, (400, 21610)),
        ({"fraud_prefixes": ["+82101"]}, (403, 60410)),
        ({"blocked_countries": ["KR"]}, (403, 60605)),
        ({"blocked_countries": ["+82"]}, (403, 60605)),
        (
            {"landlines": [NUMBER], "lookup_enabled": True, "skip_sms_to_landlines": True},
            (403, 60205),
        ),
    ],
)
def test_number_is_refused_and_nothing_sent(
    twilio: Asking, sim: SimulatorClient, switches: Fields, expected: tuple[int, int]
) -> None:
    """Each script has its error code."""
    sim.switch(**switches)

    assert twilio.start().code == expected
    assert sim.sent(NUMBER) == 0


@pytest.mark.parametrize(
    ("switches", "form"),
    [
        ({"trial": True, "verified_recipients": [NUMBER]}, {}),
        ({"fraud_prefixes": ["+82101"]}, {"channel": "call"}),
        ({"fraud_prefixes": ["+82101"]}, {"RiskCheck": "disable"}),
        ({"fraud_prefixes": ["+82101"], "safelist": [NUMBER]}, {}),
        ({"fraud_prefixes": [OTHER]}, {}),
        ({"blocked_countries": ["KR"]}, {"RiskCheck": "disable"}),
        ({"blocked_countries": ["KP", "+850"]}, {}),
        ({"landlines": [NUMBER], "skip_sms_to_landlines": True}, {}),
        (
            {"landlines": [NUMBER], "lookup_enabled": True, "skip_sms_to_landlines": True},
            {"channel": "call"},
        ),
    ],
)
def test_number_is_let_through(twilio: Asking, sim: SimulatorClient, switches: Fields, form: Fields) -> None:
    """What lifts a block, and what it does not cover."""
    sim.switch(**switches)

    assert twilio.start(**form).status == 201


def test_undocumented_status_of_an_error_code_is_settable(twilio: Asking, sim: SimulatorClient) -> None:
    """Several codes are documented without their HTTP status."""
    sim.switch(review_hold=True, http_statuses={60238: 429})

    reply = twilio.start()

    assert (reply.status, reply.json["status"], reply.json["code"]) == (429, 429, 60238)


def test_lookup_adds_the_carrier(twilio: Asking, sim: SimulatorClient) -> None:
    """lookup_enabled fills the lookup field."""
    sim.switch(lookup_enabled=True, landlines=[OTHER])

    assert twilio.start().json["lookup"]["carrier"]["type"] == "mobile"
    assert twilio.start(to=OTHER).json["lookup"]["carrier"]["type"] == "landline"


def test_landline_that_was_not_skipped_stays_undelivered(twilio: Asking, sim: SimulatorClient) -> None:
    """https://www.twilio.com/docs/api/errors/30006."""
    sim.switch(landlines=[NUMBER])
    twilio.start()

    data = twilio.attempts().json["attempts"][0]["channel_data"]
    assert (data["message_status"], data["error_code"]) == ("undelivered", "30006")
