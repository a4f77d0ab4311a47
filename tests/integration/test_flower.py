"""Flower, as an operator opens it: tasks, their states and retries, and no number anywhere."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from phone_verification.kinds import Operation
from phone_verification.queues import TASK_NAMES
from tests.flower import ROOT, ask, flower_on, read_page
from tests.integration.conftest import Backend
from worker.demo.redis_server import free_port
from worker.demo.waiting import wait_until


@pytest.fixture
def flower(backend: Backend, tmp_path: Path) -> Iterator[str]:
    """Flower beside the running worker."""
    with flower_on(backend.environment, tmp_path / "flower.log") as url:
        yield url


def masked(number: str) -> str:
    """A Korean number as results show it."""
    return f"+82*****{number[-4:]}"


def tasks(url: str) -> dict[str, Any]:
    """All tasks that Flower knows."""
    return dict(json.loads(read_page(f"{url}/api/tasks") or "{}"))


def test_an_operator_sees_retries_and_outcomes_and_no_number(backend: Backend, flower: str) -> None:
    """A run through an outage shows RETRY, then SUCCESS with its outcome; numbers are nowhere."""
    backend.phone.outage("refuse")
    handle = backend.client.send(backend.number)
    wait_until(
        lambda: tasks(flower).get(handle, {}).get("state") == "RETRY", "Flower shows RETRY", seconds=20
    )
    assert "waits: provider_unavailable" in read_page(f"{flower}/task/{handle}")
    backend.phone.outage("off")
    backend.result(handle, within=60)

    task = wait_until(
        lambda: (seen := tasks(flower).get(handle, {})).get("state") == "SUCCESS" and seen,
        "Flower shows SUCCESS",
        seconds=20,
    )

    for path in ("/", "/tasks", "/api/tasks", f"/task/{handle}"):
        assert read_page(f"{flower}{path}")
        assert read_page(f"{flower}{path}", authorization="operator:guessed") == ""
    assert task["name"] == "tasks.send_verification"
    assert f"sent {masked(backend.number)}" in read_page(f"{flower}/task/{handle}")
    pages = [
        read_page(f"{flower}{path}") for path in ("/api/tasks", f"/task/{handle}", "/workers", "/metrics")
    ]
    assert all(pages)
    for spelling in (backend.number, backend.e164, backend.number.replace("-", "")):
        assert not any(spelling in page for page in pages)


def test_flower_looks_on_and_changes_nothing(backend: Backend, flower: str) -> None:
    """Its password lets nobody send a text, revoke a run or stop a worker."""
    asked = json.dumps({"kwargs": {"phone_number": backend.number}}).encode()
    worker = next(iter(json.loads(read_page(f"{flower}/api/workers"))))

    for path in (
        f"task/send-task/{TASK_NAMES[Operation.SEND]}",
        f"task/async-apply/{TASK_NAMES[Operation.SEND]}",
        "task/revoke/8e1f2c1a-0000-4000-8000-000000000000",
        f"worker/shutdown/{worker}",
    ):
        assert ask(f"{flower}/api/{path}", asked)[0] == HTTPStatus.FORBIDDEN, path
    assert backend.phone.sent(backend.e164) == 0


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Start Flower where it should refuse to."""
    return subprocess.run(
        [sys.executable, "-m", "celery", "-A", "worker", "flower", f"--port={free_port()}"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_flower_is_open_to_others_only_with_a_password() -> None:
    """Without one it says what to set, and does not start."""
    refused = start(FLOWER_ADDRESS="0.0.0.0")  # noqa: S104 - refused before it listens

    assert refused.returncode != 0
    assert "set FLOWER_BASIC_AUTH=user:password" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_compose_file_publishes_on_loopback_and_asks_for_passwords() -> None:
    """Nothing is reachable from elsewhere, and no password has a default."""
    compose = (ROOT / "docker-compose.yml").read_text()

    published = re.findall(r'ports: \["([^"]+)"', compose)
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    for name in ("FLOWER_BASIC_AUTH", "REDIS_PASSWORD", "POSTGRES_PASSWORD"):
        assert f"${{{name}:?" in compose
    assert ":-" not in compose
