"""`python -m worker health`: a zombie is told from a worker, and a broker that is away is nobody's fault.

At a tenth of production's times: a worker that gets on with nothing for 6 s is stuck.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.flower import ROOT
from tests.integration.conftest import Backend
from tests.integration.hardening.conftest import Start, is_alive, works
from tests.integration.hardening.test_malformed_messages import push_check, wait_until_done
from tests.integration.hardening.test_result_backend import CONCURRENCY, away
from worker.demo.redis_server import RedisServer
from worker.demo.waiting import wait_until
from worker.demo.worker_process import WorkerDidNotStartError

_SCALE: Final = "0.1"
_STUCK_SECONDS: Final = 6
_HEALTHY: Final = (0, "healthy\n")


def health(file: Path | None) -> tuple[int, str]:
    """Ask as a supervisor does: exit status, and what was said."""
    asked = subprocess.run(
        [sys.executable, "-m", "worker", "health"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HEALTH_FILE": str(file or "")},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    return asked.returncode, asked.stdout + asked.stderr


def complaint(file: Path, *, within: float = 40) -> str:
    """Wait until the worker is called unhealthy; what is wrong with it."""

    def unhealthy() -> str:
        status, said = health(file)
        return said if status == 1 else ""

    return wait_until(unhealthy, "the worker is unhealthy", seconds=within)


def outlast(backend: Backend, file: Path) -> None:
    """Stay until the worker has beaten for longer than a stuck one would be forgiven, healthy throughout."""
    begun = json.loads(file.read_text())["written_at"]

    def has_lasted() -> bool:
        assert is_alive(backend)
        assert health(file) == _HEALTHY
        return bool(json.loads(file.read_text())["written_at"] - begun > 2 * _STUCK_SECONDS)

    wait_until(has_lasted, "the worker goes on beating", seconds=60)


def test_a_worker_is_healthy_at_work_at_rest_and_without_a_broker(start: Start, tmp_path: Path) -> None:
    """Redis may be away for as long as it likes; afterwards the same worker goes on, and leaves no file."""
    file = tmp_path / "health.json"
    with start(HEALTH_FILE=str(file), TIME_SCALE=_SCALE) as ours:
        assert works(ours)
        outlast(ours, file)

        ours.redis.kill()
        outlast(ours, file)
        ours.redis.start()

        wait_until(lambda: works(ours), "it works again", seconds=60)
        assert health(file) == _HEALTHY
    assert health(file) == (1, "unhealthy: no worker has begun here\n")


def test_a_frozen_worker_is_unhealthy(start: Start, tmp_path: Path) -> None:
    """SIGSTOP: the process is there, its file gets old."""
    file = tmp_path / "health.json"
    with start(HEALTH_FILE=str(file)) as ours:
        os.killpg(ours.worker.pid, signal.SIGSTOP)
        try:
            assert "frozen" in complaint(file)
        finally:
            os.killpg(ours.worker.pid, signal.SIGCONT)

        wait_until(lambda: health(file) == _HEALTHY, "it is healthy again", seconds=20)


def test_a_worker_whose_slots_never_come_back_is_unhealthy(
    start: Start, results: RedisServer, tmp_path: Path
) -> None:
    """Celery's own result backend leaks the slots: `inspect ping` answers, and nothing is done."""
    file = tmp_path / "health.json"
    changes = {"CELERY_RESULT_BACKEND": results.url(), "HEALTH_FILE": str(file), "TIME_SCALE": _SCALE}
    with start("result_backend", **changes) as stock, away(results):
        for task_id in [push_check(stock) for _ in range(CONCURRENCY)]:
            wait_until_done(stock, task_id)

        assert f"all {CONCURRENCY} slots are taken" in complaint(file)
        assert is_alive(stock)


def test_a_worker_that_takes_nothing_is_unhealthy(start: Start, tmp_path: Path) -> None:
    """Connected, idle, and a message waits in its queue."""
    file = tmp_path / "health.json"
    with start("consuming", HEALTH_FILE=str(file), TIME_SCALE=_SCALE) as deaf:
        for _ in range(3):
            push_check(deaf)

        assert "a message waits" in complaint(file)
        assert is_alive(deaf)


def test_a_worker_whose_loop_stands_still_is_unhealthy(start: Start, tmp_path: Path) -> None:
    """Nothing waits and nothing is taken: that the loop stands still is seen all the same."""
    file = tmp_path / "health.json"
    with start("loop", HEALTH_FILE=str(file), TIME_SCALE=_SCALE) as blocked:
        assert "event loop" in complaint(file)
        assert is_alive(blocked)


def test_a_health_file_that_cannot_be_written_stops_the_start(start: Start, tmp_path: Path) -> None:
    """Better than a supervisor that kills a worker for a folder that is missing."""
    missing = tmp_path / "nowhere" / "health.json"

    with pytest.raises(WorkerDidNotStartError) as refused, start(HEALTH_FILE=str(missing)):
        pass

    assert f"HEALTH_FILE {missing} cannot be written" in str(refused.value)
    assert "Traceback" not in str(refused.value)


def test_health_says_what_it_needs() -> None:
    """Without the file's name nothing can be told, and that is no verdict."""
    assert health(None) == (
        2,
        "HEALTH_FILE is not set: start the worker with it, and ask with the same\n",
    )
