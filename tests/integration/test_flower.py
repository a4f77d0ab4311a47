"""Flower, as an operator opens it: tasks, their states and retries, and no number anywhere."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import Backend
from worker.demo.redis_server import free_port
from worker.demo.waiting import wait_until
from worker.demo.worker_process import stop

ROOT = Path(__file__).parents[2]


@pytest.fixture
def flower(backend: Backend, tmp_path: Path) -> Iterator[str]:
    """Flower beside the running worker, with the settings it needs and no others."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME")},
        "CELERY_BROKER_URL": backend.environment["CELERY_BROKER_URL"],
        "CELERY_RESULT_BACKEND": backend.environment["CELERY_RESULT_BACKEND"],
        "FLOWER_UNAUTHENTICATED_API": "true",
    }
    with (tmp_path / "flower.log").open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "worker", "flower"),
                *(f"--port={port}", "--address=127.0.0.1"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: get(f"{url}/healthcheck"), "Flower is up", seconds=30)
        wait_until(lambda: json.loads(get(f"{url}/api/workers") or "{}"), "it sees the worker", seconds=30)
        yield url
    finally:
        stop(process)


def get(url: str) -> str:
    """Read a page; nothing when it is not there yet."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
            return str(answer.read().decode())
    except (urllib.error.URLError, OSError):
        return ""


def tasks(url: str) -> dict[str, Any]:
    """All tasks that Flower knows."""
    return dict(json.loads(get(f"{url}/api/tasks") or "{}"))


def test_an_operator_sees_retries_and_outcomes_and_no_number(backend: Backend, flower: str) -> None:
    """A run through an outage shows RETRY, then SUCCESS with its outcome; numbers are nowhere."""
    backend.phone.outage("refuse")
    handle = backend.client.send(backend.number)
    wait_until(
        lambda: tasks(flower).get(handle, {}).get("state") == "RETRY", "Flower shows RETRY", seconds=20
    )
    backend.phone.outage("off")
    backend.result(handle, within=60)

    task = wait_until(
        lambda: (seen := tasks(flower).get(handle, {})).get("state") == "SUCCESS" and seen,
        "Flower shows SUCCESS",
        seconds=20,
    )

    assert task["name"] == "tasks.send_verification"
    assert "sent" in task["result"]
    pages = [get(f"{flower}{path}") for path in ("/api/tasks", f"/task/{handle}", "/workers", "/metrics")]
    assert all(pages)
    for spelling in (backend.number, backend.e164, backend.number.replace("-", "")):
        assert not any(spelling in page for page in pages)
