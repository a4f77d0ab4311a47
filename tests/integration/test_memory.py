"""What a worker's memory does not do."""

from pathlib import Path

from simulator.client import SimulatorClient
from tests.integration.conftest import backend_on
from worker.demo.redis_server import redis_server
from worker.demo.waiting import wait_until

_MODULES_ALONE = 100_000
"""A worker holds more objects than this, and code that was not yet imported would leave fewer."""


def test_collections_leave_out_what_a_worker_is_made_of(
    simulator_server: tuple[str, SimulatorClient], tmp_path: Path
) -> None:
    """Full collections would wait for a quarter of it, and an outage's garbage would lie as long."""
    told = tmp_path / "frozen"
    with (
        redis_server() as redis,
        backend_on(
            f"sqlite:///{tmp_path}/test.db",
            redis,
            simulator_server,
            tmp_path,
            app="tests.integration.frozen_worker",
            changes={"FROZEN_FILE": str(told)},
        ),
    ):
        wait_until(lambda: told.exists() and bool(told.read_text()), "the worker to tell", seconds=10)

    assert int(told.read_text()) > _MODULES_ALONE
