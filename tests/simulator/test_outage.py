"""The whole of Twilio down."""

import http.client
from urllib.parse import urlsplit

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import NUMBER, SERVICE, Asking, Eventually, Meanwhile


def test_unavailable_twilio_answers_503_everywhere(twilio: Asking, sim: SimulatorClient) -> None:
    """Nothing is processed until the outage is over."""
    sim.outage("503")
    assert {twilio.start().code, twilio.get(SERVICE).code} == {(503, 20503)}

    sim.outage("off")

    assert twilio.start().status == 201
    assert sim.sent(NUMBER) == 1


def test_refusing_twilio_accepts_no_connection(twilio: Asking, sim: SimulatorClient) -> None:
    """The side door stays open, and the same port listens again."""
    sim.outage("refuse")
    with pytest.raises(ConnectionRefusedError):
        twilio.start()
    assert sim.counts()["calls"] == {}

    sim.outage("off")

    assert twilio.start().status == 201


def test_refusing_twilio_closes_pooled_connections(twilio: Asking, sim: SimulatorClient) -> None:
    """A keep-alive connection would outlive the listener."""
    address = urlsplit(twilio.url)
    pooled = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    pooled.request("GET", SERVICE)
    pooled.getresponse().read()

    sim.outage("refuse")

    assert pooled.sock.recv(1) == b""
    pooled.close()
    sim.outage("off")


@pytest.mark.parametrize("mode", ["503", "refuse"])
def test_outage_ends_by_itself(
    twilio: Asking, sim: SimulatorClient, eventually: Eventually, mode: str
) -> None:
    """After the given real seconds."""
    sim.outage(mode, seconds=0.2)

    def answers() -> bool:
        try:
            return twilio.fetch().status == 404
        except ConnectionRefusedError:
            return False

    assert not answers()
    eventually(answers)


def test_fault_makes_twilio_refuse_from_a_call_on(
    twilio: Asking, sim: SimulatorClient, eventually: Eventually
) -> None:
    """That call is dropped, the next ones are refused."""
    sim.fault("refuse", "start", nth=2)
    twilio.start()
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        twilio.start()

    with pytest.raises(ConnectionRefusedError):
        twilio.start()

    sim.outage("off")
    assert twilio.start().status == 201
    assert sim.sent(NUMBER) == 2


def test_call_under_way_is_answered_while_others_are_refused(
    twilio: Asking, sim: SimulatorClient, meanwhile: Meanwhile
) -> None:
    """Refusing ends no conversation."""
    held = sim.fault("hold", "start")
    call = meanwhile(twilio.start)
    sim.wait_held(held)

    sim.outage("refuse")
    sim.release(held)

    assert call.result().status == 201


def test_reset_ends_the_outage(twilio: Asking, sim: SimulatorClient) -> None:
    """As everything."""
    sim.outage("refuse")

    sim.reset()

    assert twilio.start().status == 201
