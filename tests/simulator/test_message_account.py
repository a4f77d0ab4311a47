"""Who may send and read messages, and what test credentials are told."""

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, MESSAGES, NUMBER, Asking, Fields

GOOD = "+15005550006"
TESTS = f"/2010-04-01/Accounts/{ACCOUNT.test_sid}/Messages.json"


@pytest.fixture
def tester(twilio: Asking) -> Asking:
    """A client with the test credentials."""
    return Asking(twilio.url, ACCOUNT.test_sid, ACCOUNT.test_token)


@pytest.mark.parametrize("path", [f"{MESSAGES}.json", f"{MESSAGES}/SM1.json"])
def test_wrong_token_is_refused_with_detail(twilio: Asking, path: str) -> None:
    """https://www.twilio.com/docs/api/errors/20003."""
    reply = Asking(twilio.url, password="wrong").get(path)

    assert reply.code == (401, 20003)
    assert reply.json["detail"] == "Your AccountSid or AuthToken was incorrect."


def test_missing_credentials_are_refused(twilio: Asking) -> None:
    """Whatever is no user and password."""
    assert twilio.call("GET", f"{MESSAGES}.json", headers={"Authorization": ""}).code == (401, 20003)


def test_api_key_sends_for_its_account(twilio: Asking) -> None:
    """With the account in the path."""
    assert Asking(twilio.url, ACCOUNT.api_key, ACCOUNT.api_secret).text().status == 201


@pytest.mark.parametrize("account", ["AC" + "9" * 32, ACCOUNT.test_sid, ACCOUNT.api_key])
def test_another_account_in_the_path_is_refused(twilio: Asking, sim: SimulatorClient, account: str) -> None:
    """Nobody acts for another account."""
    path = f"/2010-04-01/Accounts/{account}/Messages.json"

    assert twilio.get(path).code == (401, 20003)
    form = {"To": NUMBER, "From": ACCOUNT.from_number, "Body": "1234"}
    assert twilio.call("POST", path, form).code == (401, 20003)
    assert sim.messages() == []


def test_other_methods_are_refused(twilio: Asking) -> None:
    """Messages are neither changed nor deleted here."""
    sid = twilio.text().json["sid"]

    assert twilio.call("DELETE", f"{MESSAGES}/{sid}.json").code == (405, 20004)
    assert twilio.get(f"{MESSAGES}").code == (404, 20404)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": "+15005550001"}, 21212),
        ({"From": "+15005550007"}, 21606),
        ({"From": "+15005550008"}, 21611),
        ({"From": ACCOUNT.from_number}, 21606),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550002"}, 21612),
        ({"To": "+15005550003"}, 21408),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
        ({"To": GOOD}, 21211),
        ({"To": "Bob"}, 21211),
        ({"To": ""}, 21604),
        ({"Body": ""}, 21602),
    ],
    ids=lambda value: (
        "".join(f"{name} {text}" for name, text in value.items()) if isinstance(value, dict) else str(value)
    ),
)
def test_magic_number_stands_for_an_error(tester: Asking, form: Fields, code: int) -> None:
    """https://www.twilio.com/docs/iam/test-credentials#magic-input."""
    whole = {"To": NUMBER, "From": GOOD, "Body": "1234", **form}

    assert tester.call("POST", TESTS, whole).code == (400, code)


def test_test_credentials_send_and_keep_nothing(tester: Asking, sim: SimulatorClient) -> None:
    """The answer looks as if they did."""
    reply = tester.call("POST", TESTS, {"To": NUMBER, "From": GOOD, "Body": "1234"})

    body = reply.json
    assert (reply.status, body["status"], body["from"]) == (201, "queued", GOOD)
    assert body["account_sid"] == ACCOUNT.test_sid
    assert (sim.messages(), sim.sent(), sim.code(NUMBER)) == ([], 0, None)


def test_test_account_has_no_services(tester: Asking) -> None:
    """Not even the account's own."""
    form = {"To": NUMBER, "MessagingServiceSid": ACCOUNT.messaging_service_sid, "Body": "1234"}

    assert tester.call("POST", TESTS, form).code == (404, 21701)


def test_test_credentials_read_nothing(tester: Asking, twilio: Asking) -> None:
    """403/20008 for all but the POST."""
    sid = twilio.text().json["sid"]

    assert tester.get(TESTS).code == (403, 20008)
    assert tester.get(f"/2010-04-01/Accounts/{ACCOUNT.test_sid}/Messages/{sid}.json").code == (403, 20008)


def test_test_credentials_do_not_reach_the_live_account(tester: Asking, sim: SimulatorClient) -> None:
    """Nor is anything sent."""
    assert tester.text(From=GOOD).code == (401, 20003)
    assert sim.messages() == []
