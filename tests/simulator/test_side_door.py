"""What the side door tells, and how it says no."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from simulator.client import SideDoorError, SimulatorClient
from tests.simulator.asking import ACCOUNT, NUMBER, OTHER, Asking, Fields


def test_inbox_holds_what_the_phone_received(twilio: Asking, sim: SimulatorClient) -> None:
    """With the code, in words and alone."""
    started = twilio.start().json
    twilio.start(to=OTHER)

    (message,) = sim.inbox(NUMBER)

    assert message["verification_sid"] == started["sid"]
    assert message["code"] == sim.code(NUMBER)
    assert message["code"] in message["text"]
    assert [each["to"] for each in sim.inbox()] == [NUMBER, OTHER]


def test_number_without_messages_has_no_code(sim: SimulatorClient) -> None:
    """None, no error."""
    assert (sim.code(NUMBER), sim.inbox(NUMBER), sim.sent(NUMBER)) == (None, [], 0)


def test_request_log_tells_everything_but_the_credentials(twilio: Asking, sim: SimulatorClient) -> None:
    """What was asked, what Twilio decided, what was answered."""
    twilio.start()
    twilio.check("0000")

    (entry,) = sim.requests(endpoint="check", to=NUMBER)

    assert entry["form"] == {"Code": "0000", "To": NUMBER}
    assert (entry["n"], entry["processed"], entry["fault"]) == (2, True, None)
    assert (entry["twilio_status"], entry["twilio_code"], entry["status"]) == (200, None, 200)
    assert ACCOUNT.auth_token not in json.dumps(entry)
    assert "Authorization" not in entry["headers"]


def test_counts_tell_calls_by_endpoint_and_second(twilio: Asking, sim: SimulatorClient) -> None:
    """The sum over the seconds is the number of calls."""
    twilio.start()
    twilio.fetch()
    twilio.fetch()

    counts = sim.counts()

    assert counts["calls"] == {"start": 1, "fetch": 2}
    per_second = counts["per_second"].values()
    assert sum(sum(second.values()) for second in per_second) == 3
    assert (counts["in_flight"], counts["most_in_flight"]) == (0, 1)


def test_clock_moves_and_can_be_set(twilio: Asking, sim: SimulatorClient) -> None:
    """Every date of Twilio's follows."""
    sim.set_clock("2030-01-01T00:00:00Z")
    sim.advance(3600)

    assert sim.clock().startswith("2030-01-01T01:00:0")
    assert twilio.start().json["date_created"].startswith("2030-01-01T01:00:0")


def test_verifications_tell_what_really_happened(twilio: Asking, sim: SimulatorClient) -> None:
    """Expired ones too, without anybody asking Twilio."""
    twilio.start()
    sim.advance(600)
    twilio.start(to=OTHER)

    statuses = {known["to"]: known["status"] for known in sim.verifications()}

    assert statuses == {NUMBER: "expired", OTHER: "pending"}


def test_reset_restores_the_switches(sim: SimulatorClient) -> None:
    """And the clock."""
    before = sim.switches()
    sim.switch(max_sends=1, trial=True)
    sim.advance(1000)

    sim.reset()

    assert sim.switches() == before


@pytest.mark.parametrize(
    "changes",
    [{"unknown": 1}, {"max_sends": 0}, {"after_max_checks": "418"}, {"ttl_seconds": "soon"}],
)
def test_wrong_switch_changes_nothing(sim: SimulatorClient, changes: Fields) -> None:
    """All or none, and the answer names it."""
    before = sim.switches()

    with pytest.raises(SideDoorError, match=next(iter(changes))):
        sim.switch(**{"trial": True, **changes})

    assert sim.switches() == before


@pytest.mark.parametrize("fields", [{"action": "explode"}, {"action": "delay", "second": 1}])
def test_wrong_fault_is_refused(sim: SimulatorClient, fields: Fields) -> None:
    """A misspelt fault must not pass for an armed one."""
    with pytest.raises(SideDoorError):
        sim.fault(**fields)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/__sim__/nothing", None, 404),
        ("POST", "/__sim__/clock", "[]", 400),
        ("POST", "/__sim__/clock", "{", 400),
        ("POST", "/__sim__/clock", "{}", 400),
        ("POST", "/__sim__/outage", '{"mode": "maybe"}', 400),
        ("POST", "/__sim__/faults/7/release", None, 400),
    ],
)
def test_wrong_side_door_call_is_explained(
    twilio: Asking, method: str, path: str, body: str | None, status: int
) -> None:
    """With a JSON body that says why, never with Twilio's."""
    address = urlsplit(twilio.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    connection.request(method, path, body)

    response = connection.getresponse()

    assert (response.status, list(json.loads(response.read()))) == (status, ["error"])
    connection.close()
