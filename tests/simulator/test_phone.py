"""What arrives on a phone from both services, and the page that shows it."""

import http.client
import re
from urllib.parse import urlsplit

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, NUMBER, OTHER, Asking


def test_inbox_holds_the_texts_of_both_services(twilio: Asking, sim: SimulatorClient) -> None:
    """Each says whose it is; a text of Messaging's has no code of Twilio's."""
    started = twilio.start().json
    sent = twilio.text(Body="안녕하세요").json

    verify, messaging = sim.inbox(NUMBER)

    assert (verify["service"], verify["verification_sid"]) == ("verify", started["sid"])
    assert verify["message_sid"] is None
    assert messaging.pop("at") > verify["at"]
    assert messaging == {
        "to": NUMBER,
        "service": "messaging",
        "channel": "sms",
        "code": None,
        "text": "안녕하세요",
        "verification_sid": None,
        "attempt_sid": None,
        "message_sid": sent["sid"],
    }
    assert (sim.sent(NUMBER), sim.sent(OTHER), sim.sent()) == (2, 0, 2)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("인증번호 [483920]", "483920"),
        ("Call 02-1234-5678, your code is 0042", "0042"),
        ("1234 replaces 5678", "5678"),
        ("Your order 12345678901 has left", None),
        ("Only 123 left", None),
        ("１２３４", None),
    ],
)
def test_code_is_read_from_the_text(
    twilio: Asking, sim: SimulatorClient, body: str, code: str | None
) -> None:
    """The last run of four to ten digits, as a person reads it."""
    twilio.text(Body=body)

    assert sim.code(NUMBER) == code


def test_code_is_of_the_last_text_whichever_service_sent_it(twilio: Asking, sim: SimulatorClient) -> None:
    """So that tests read codes alike."""
    twilio.text(Body="code 1111")
    twilio.start()
    assert sim.code(NUMBER) == sim.inbox(NUMBER)[-1]["code"] == sim.verifications()[0]["code"]

    twilio.text(Body="code 2222")
    twilio.text(to=OTHER, Body="code 3333")

    assert (sim.code(NUMBER), sim.code(OTHER)) == ("2222", "3333")


def test_text_that_waited_comes_after_a_later_one(twilio: Asking, sim: SimulatorClient) -> None:
    """A phone shows texts as they arrive."""
    sim.switch(message_queue_seconds=60)
    twilio.text(Body="first 1111")
    sim.switch(message_queue_seconds=0)
    twilio.text(Body="second 2222")
    sim.advance(61)

    assert [text["text"] for text in sim.inbox(NUMBER)] == ["second 2222", "first 1111"]
    assert sim.code(NUMBER) == "1111"


def test_account_names_its_senders(sim: SimulatorClient) -> None:
    """With the other credentials."""
    account = sim.about()["account"]

    assert account["from_number"] == ACCOUNT.from_number
    assert account["messaging_service_sid"] == ACCOUNT.messaging_service_sid


def test_reset_forgets_messages(twilio: Asking, sim: SimulatorClient) -> None:
    """As it forgets verifications."""
    sid = twilio.text().json["sid"]

    sim.reset()

    assert (sim.messages(), sim.inbox(), twilio.message(sid).status) == ([], [], 404)


@pytest.mark.parametrize("door", ["url", "side_door"])
def test_page_is_served_on_both_ports(sim: SimulatorClient, door: str) -> None:
    """As UTF-8, whole, from this machine alone."""
    address = urlsplit(sim.about()[door])
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    connection.request("GET", "/__sim__/phone")
    response = connection.getresponse()
    page = response.read().decode()
    connection.close()

    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not re.search(r"https?://", page)
