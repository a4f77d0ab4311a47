"""Who may call, and the headers that everybody gets."""

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, NUMBER, SERVICE, Asking, Meanwhile


def test_api_key_is_as_good_as_the_auth_token(twilio: Asking) -> None:
    """Both ways of calling are the account's."""
    keyed = Asking(twilio.url, ACCOUNT.api_key, ACCOUNT.api_secret)

    assert keyed.start().status == 201


@pytest.mark.parametrize("user", [ACCOUNT.account_sid, "AC" + "9" * 32])
def test_wrong_credentials_are_refused_with_detail(twilio: Asking, sim: SimulatorClient, user: str) -> None:
    """https://www.twilio.com/docs/api/errors/20003."""
    reply = Asking(twilio.url, user, "wrong").start()

    assert reply.code == (401, 20003)
    assert reply.json["detail"] == "Your AccountSid or AuthToken was incorrect."
    assert sim.sent() == 0


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic ?", "Basic /w=="])
def test_unreadable_credentials_are_refused(twilio: Asking, header: str) -> None:
    """Whatever is no user and password."""
    reply = twilio.call("GET", SERVICE, headers={"Authorization": header})

    assert reply.code == (401, 20003)


def test_test_credentials_do_not_reach_verify(twilio: Asking) -> None:
    """https://www.twilio.com/docs/iam/test-credentials."""
    reply = Asking(twilio.url, ACCOUNT.test_sid, ACCOUNT.test_token).start()

    assert reply.code == (403, 20008)


@pytest.mark.parametrize(
    ("how", "expected"), [("20005", (403, 20005)), ("20003", (401, 20003)), ("20403", (403, 20403))]
)
def test_suspended_account_is_refused_everywhere(
    twilio: Asking, sim: SimulatorClient, how: str, expected: tuple[int, int]
) -> None:
    """Three ways in which a suspension has been described."""
    sim.switch(suspended=how)

    assert twilio.start().code == expected
    assert twilio.get(SERVICE).code == expected


def test_unknown_path_and_method_are_refused(twilio: Asking) -> None:
    """404 names the path, 405 has its own code."""
    assert twilio.get("/v2/Elsewhere").code == (404, 20404)
    assert twilio.call("DELETE", f"{SERVICE}/VerificationCheck").code == (405, 20004)


def test_answers_carry_twilios_headers(twilio: Asking, sim: SimulatorClient) -> None:
    """The Date is the simulator's clock."""
    sim.set_clock("2030-01-31T09:00:00Z")

    headers = twilio.start().headers

    assert headers["Date"].startswith("Thu, 31 Jan 2030 09:00:0")
    assert headers["Twilio-Request-Id"].startswith("RQ")
    assert headers["Twilio-Concurrent-Requests"] == "1"
    assert float(headers["Twilio-Request-Duration"]) < 5
    assert headers["Content-Type"] == "application/json"


def test_calls_above_the_concurrency_limit_are_not_processed(
    twilio: Asking, sim: SimulatorClient, meanwhile: Meanwhile
) -> None:
    """https://www.twilio.com/docs/api/errors/20429: such a call never happened."""
    sim.switch(max_concurrency=1)
    held = sim.fault("hold", "start")
    first = meanwhile(twilio.start)
    sim.wait_held(held)

    assert twilio.start().code == (429, 20429)
    sim.release(held)
    assert first.result().headers["Twilio-Concurrent-Requests"] == "1"
    assert sim.sent(NUMBER) == 1
