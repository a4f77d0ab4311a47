"""Flower, as an operator opens it: tasks, their states and retries, and no number anywhere."""

import base64
import json
import os
import re
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
AUTH = "operator:a password"


@pytest.fixture
def flower(backend: Backend, tmp_path: Path) -> Iterator[str]:
    """Flower beside the running worker, with the settings it needs and no others."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME")},
        "CELERY_BROKER_URL": backend.environment["CELERY_BROKER_URL"],
        "CELERY_RESULT_BACKEND": backend.environment["CELERY_RESULT_BACKEND"],
        "FLOWER_BASIC_AUTH": AUTH,
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


def get(url: str, authorization: str = AUTH) -> str:
    """Read a page; nothing when it is not there, or not for everybody."""
    basic = base64.b64encode(authorization.encode()).decode()
    request = urllib.request.Request(url, headers={"Authorization": f"Basic {basic}"})  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
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

    for path in ("/", "/tasks", "/api/tasks", f"/task/{handle}"):
        assert get(f"{flower}{path}")
        assert get(f"{flower}{path}", authorization="operator:guessed") == ""
    assert task["name"] == "tasks.send_verification"
    assert "sent" in task["result"]
    pages = [get(f"{flower}{path}") for path in ("/api/tasks", f"/task/{handle}", "/workers", "/metrics")]
    assert all(pages)
    for spelling in (backend.number, backend.e164, backend.number.replace("-", "")):
        assert not any(spelling in page for page in pages)


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
