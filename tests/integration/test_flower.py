"""Flower, as an operator opens it: tasks, their states and retries, and no number anywhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flower import flower_on, read_page
from tests.integration.conftest import Backend
from worker.demo.waiting import wait_until


@pytest.fixture
def flower(backend: Backend, tmp_path: Path) -> Iterator[str]:
    """Flower beside the running worker."""
    with flower_on(backend.environment, tmp_path / "flower.log") as url:
        yield url


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
    backend.phone.outage("off")
    backend.result(handle, within=60)

    task = wait_until(
        lambda: (seen := tasks(flower).get(handle, {})).get("state") == "SUCCESS" and seen,
        "Flower shows SUCCESS",
        seconds=20,
    )

    assert task["name"] == "tasks.send_verification"
    assert "sent" in task["result"]
    pages = [
        read_page(f"{flower}{path}") for path in ("/api/tasks", f"/task/{handle}", "/workers", "/metrics")
    ]
    assert all(pages)
    for spelling in (backend.number, backend.e164, backend.number.replace("-", "")):
        assert not any(spelling in page for page in pages)
