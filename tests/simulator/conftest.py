"""One simulator process for all tests here, reset before each."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator.client import SimulatorClient
from simulator.process import running
from tests.simulator.asking import ACCOUNT, Asking, Eventually, Meanwhile


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[str, SimulatorClient]]:
    """A simulator's address and side door."""
    with running() as simulator:
        yield simulator


@pytest.fixture
def sim(served: tuple[str, SimulatorClient]) -> SimulatorClient:
    """The side door of a fresh simulator."""
    served[1].reset()
    return served[1]


@pytest.fixture
def twilio(served: tuple[str, SimulatorClient], sim: SimulatorClient) -> Asking:
    """The Twilio paths, asked with the account's credentials."""
    return Asking(served[0])


@pytest.fixture
def sdk_client(served: tuple[str, SimulatorClient], sim: SimulatorClient) -> Iterator[object]:
    """The official client, pointed at the simulator; its connections are closed at the end."""
    rest = pytest.importorskip("twilio.rest")
    client = rest.Client(ACCOUNT.account_sid, ACCOUNT.auth_token)
    client.verify.base_url = client.api.base_url = served[0]
    yield client
    client.http_client.session.close()


@pytest.fixture
def meanwhile(sim: SimulatorClient) -> Iterator[Meanwhile]:
    """Run a call in a thread and get its future; nothing waits at the end of the test."""
    pool = ThreadPoolExecutor(8)
    yield pool.submit
    sim.reset()
    pool.shutdown()


@pytest.fixture
def eventually() -> Eventually:
    """Wait for a condition, ten seconds at most."""

    def wait(condition: Callable[[], bool]) -> None:
        pause = threading.Event()
        for _ in range(1000):
            if condition():
                return
            pause.wait(0.01)
        pytest.fail("it did not come true within ten seconds")

    return wait
