"""Names and addresses: looked up and connected to within one budget."""

import socket
import threading
import time

import pytest

from gateway.dial import Address, dial, look_up
from tests.unit.gateway.raw_server import serving


def test_a_hanging_resolver_keeps_the_budget() -> None:
    """A dead name server holds the system's resolver for long; nobody waits for it past the budget."""
    release = threading.Event()

    def hang(*_: object) -> list[Address]:
        release.wait(10)
        return []

    begun_at = time.monotonic()
    with pytest.raises(socket.gaierror):
        dial("twilio.invalid", 443, budget_seconds=0.2, ask=hang)
    took = time.monotonic() - begun_at
    release.set()

    assert took < 2


@pytest.mark.parametrize("name", ["nobody.invalid", "a" * 64 + ".invalid"], ids=["unknown", "no-name"])
def test_a_name_without_an_address_is_told(name: str) -> None:
    """A name that nobody knows, or that cannot be one, ends as a look-up that failed."""
    with pytest.raises(socket.gaierror):
        dial(name, 443, budget_seconds=5)


def test_a_name_is_looked_up() -> None:
    """A name that exists leads to addresses."""
    assert {address[0] for _, address in look_up("localhost", 80)} & {"127.0.0.1", "::1"}


def test_the_next_address_is_tried() -> None:
    """One dead address of a name does not take the call with it."""
    with serving(lambda connection, _: connection.close()) as server:
        port = int(server.url.rpartition(":")[2])
        addresses = [(socket.AF_INET, ("127.0.0.1", 1)), (socket.AF_INET, ("127.0.0.1", port))]
        with dial("twice.invalid", 443, budget_seconds=5, ask=lambda *_: addresses) as sock:
            reached = sock.getpeername()[1]

    assert reached == port


def test_all_addresses_share_one_budget() -> None:
    """Addresses that never answer cost the budget once, not once each; a full queue answers nobody."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        where = listening.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.settimeout(0)
            one.connect_ex(where)
        begun_at = time.monotonic()
        with pytest.raises(TimeoutError):
            dial("silent.invalid", 443, budget_seconds=0.3, ask=lambda *_: [(socket.AF_INET, where)] * 5)
        took = time.monotonic() - begun_at
        for one in waiting:
            one.close()

    assert took < 1.2


def test_a_spent_budget_connects_nowhere() -> None:
    """Without time left no address is tried."""
    with pytest.raises(TimeoutError):
        dial("127.0.0.1", 1, budget_seconds=-1)
