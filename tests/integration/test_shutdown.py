"""SIGTERM under load: what is under way is finished, the rest is given back, nothing is doubled.

At a third of production's times, but for the deadline, which the second worker's start must not eat up;
the grace time is one call and its writing down.
"""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import func, select

from models.task_run import TaskRun
from phone_verification.kinds import Operation, Outcome, RunState
from simulator.client import SimulatorClient
from tasks.figures import Figures
from tests.integration.conftest import Backend, backend_on
from worker.demo.redis_server import RedisServer
from worker.demo.waiting import wait_until
from worker.demo.worker_process import worker_process

_SCALE: Final = 0.3
_FIGURES: Final = Figures(send_deadline_seconds=400)
_GRACE_SECONDS: Final = _FIGURES.scaled(_SCALE).lease_seconds(Operation.SEND)
_EXIT_SECONDS: Final = 5
_NUMBERS: Final = [f"010-7700-{place:04d}" for place in range(12)]


@pytest.fixture
def loaded(
    fresh_postgres: str, redis: RedisServer, simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> Iterator[Backend]:
    """A backend whose worker is to be stopped."""
    with backend_on(fresh_postgres, redis, simulator, tmp_path, _FIGURES, time_scale=_SCALE) as backend:
        yield backend


def held_runs(backend: Backend) -> int:
    """How many runs somebody still holds."""
    with backend.database.transaction() as connection:
        held = TaskRun.state.in_((RunState.CALLING, RunState.SETTLING))
        return connection.execute(select(func.count()).where(held)).scalar_one()


def test_a_stop_under_load_loses_and_doubles_nothing(loaded: Backend, tmp_path: Path) -> None:
    """Two calls are under way and ten runs wait: the process ends in time and the next one goes on."""
    held = loaded.phone.fault("hold", "start", times=2)
    handles = [loaded.client.send(number) for number in _NUMBERS]
    loaded.phone.wait_held(held, count=2)

    loaded.worker.send_signal(signal.SIGTERM)
    wait_until(lambda: "warm shutdown" in loaded.log.read_text().lower(), "it heard", seconds=10)
    loaded.phone.release(held)
    loaded.worker.wait(_GRACE_SECONDS + _EXIT_SECONDS)

    assert loaded.worker.returncode == 0
    assert held_runs(loaded) == 0
    with worker_process(loaded.environment, tmp_path / "second.log", name="second", concurrency=4):
        outcomes = {loaded.result(handle, within=90).outcome for handle in handles}
    assert outcomes == {Outcome.SENT}
    assert loaded.phone.sent() == len(_NUMBERS)


def test_a_stop_while_calls_hang_ends_in_time(loaded: Backend, tmp_path: Path) -> None:
    """Twilio answers nobody: the calls' budgets are all that a stop waits for."""
    never = loaded.phone.fault("never_answer", "start", times=None)
    handles = [loaded.client.send(number) for number in _NUMBERS[:4]]
    wait_until(lambda: loaded.phone.faults()[0]["hits"] >= 2, "calls hang", seconds=10)

    loaded.worker.send_signal(signal.SIGTERM)
    loaded.worker.wait(_GRACE_SECONDS + _EXIT_SECONDS)

    assert held_runs(loaded) == 0
    loaded.phone.remove_fault(never)
    with worker_process(loaded.environment, tmp_path / "second.log", name="second", concurrency=4):
        for handle in handles:
            loaded.result(handle, within=90)
    assert all(loaded.phone.sent("+82" + number.replace("-", "")[1:]) == 1 for number in _NUMBERS[:4])
