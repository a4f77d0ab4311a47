"""Holding a call exactly there, for as long as a test likes."""

import http.client

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import NUMBER, OTHER, Asking, Eventually, Meanwhile


@pytest.mark.parametrize(("when", "sent"), [("before", 0), ("after", 1)])
def test_call_is_held_before_or_after_processing(
    twilio: Asking, sim: SimulatorClient, meanwhile: Meanwhile, when: str, sent: int
) -> None:
    """The barrier tells when it is there; the release lets it go on."""
    held = sim.fault("hold", "start", when=when)
    call = meanwhile(twilio.start)

    sim.wait_held(held)

    assert sim.sent(NUMBER) == sent
    assert sim.release(held) == 1
    assert call.result().status == 201
    assert sim.sent(NUMBER) == 1


@pytest.mark.parametrize(("when", "sent"), [("before", 0), ("after", 1)])
def test_held_call_can_be_dropped(
    twilio: Asking, sim: SimulatorClient, meanwhile: Meanwhile, when: str, sent: int
) -> None:
    """The client never learns."""
    held = sim.fault("hold", "start", when=when)
    call = meanwhile(twilio.start)
    sim.wait_held(held)

    sim.release(held, drop=True)

    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        call.result()
    assert sim.sent(NUMBER) == sent


def test_held_call_is_processed_though_its_client_has_gone(
    twilio: Asking, sim: SimulatorClient, eventually: Eventually
) -> None:
    """Twilio landing a request late, to the moment."""
    held = sim.fault("hold", "start")
    with pytest.raises(TimeoutError):
        twilio.start(timeout=0.1)
    sim.wait_held(held)

    sim.release(held)

    eventually(lambda: sim.sent(NUMBER) == 1)


def test_several_calls_are_held_together(twilio: Asking, sim: SimulatorClient, meanwhile: Meanwhile) -> None:
    """The barrier counts."""
    held = sim.fault("hold", "start", times=2)
    calls = [meanwhile(twilio.start, to=to) for to in (NUMBER, OTHER)]

    sim.wait_held(held, count=2)

    assert sim.counts()["in_flight"] == 2
    assert sim.release(held) == 2
    assert [call.result().status for call in calls] == [201, 201]


def test_removed_hold_lets_its_calls_go(twilio: Asking, sim: SimulatorClient, meanwhile: Meanwhile) -> None:
    """Nobody is forgotten."""
    held = sim.fault("hold", "start")
    call = meanwhile(twilio.start)
    sim.wait_held(held)

    sim.remove_fault(held)

    assert call.result().status == 201


def test_barrier_gives_up(sim: SimulatorClient) -> None:
    """TimeoutError says how many there were."""
    held = sim.fault("hold", "start")

    with pytest.raises(TimeoutError, match="0 of 1"):
        sim.wait_held(held, timeout=0.05)


def test_reset_ends_held_and_hanging_calls(
    twilio: Asking, sim: SimulatorClient, meanwhile: Meanwhile, eventually: Eventually
) -> None:
    """They end in the world in which they began and leave nothing in the new one."""
    held = sim.fault("hold", "start")
    sim.fault("process_late", "check", seconds=60)
    sim.fault("never_answer", "fetch")
    calls = [
        meanwhile(twilio.start),
        meanwhile(twilio.check, "123456"),
        meanwhile(twilio.fetch),
    ]
    sim.wait_held(held)
    eventually(lambda: sim.counts()["in_flight"] == 3)

    sim.reset()

    for call in calls:
        assert isinstance(call.exception(), (ConnectionError, http.client.RemoteDisconnected))
    assert (sim.sent(), sim.requests(), sim.counts()["in_flight"]) == (0, [], 0)
