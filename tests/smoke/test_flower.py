"""Flower's container beside the worker's: it sees the tasks and what came of them, and never a number."""

import json
from typing import Any, Final

import pytest
from docker import DockerClient
from pytest_docker_tools import container
from pytest_docker_tools.wrappers import Container

from tests.flower import AUTH, read_page
from tests.smoke.backend import Backend, e164
from tests.spellings import found, spellings
from worker.demo.waiting import wait_until

_NUMBER: Final = "010-8264-1937"
_PAGES: Final = ("", "workers", "tasks", "broker", "api/tasks", "api/workers", "metrics")

flower_container = container(
    image="{worker_image.id}",
    command="celery -A worker flower --address=0.0.0.0",
    environment={"CELERY_BROKER_URL": "{default_redis_broker.url}", "FLOWER_BASIC_AUTH": AUTH},
    ports={"5555/tcp": None},
    network="{default_pytest_celery_network.name}",
    timeout=60,
)


@pytest.fixture
def flower(backend: Backend, flower_container: Container) -> str:
    """Flower's address, once it sees the worker."""
    host, port = flower_container.get_addr("5555/tcp")
    url = f"http://{host}:{port}"
    wait_until(lambda: json.loads(read_page(f"{url}/api/workers") or "{}"), "it sees the worker", seconds=30)
    return url


def test_flower_sees_the_tasks_without_a_number(
    backend: Backend, flower: str, flower_container: Container
) -> None:
    """A send through an outage, and a check; pages and log hold neither number nor code."""
    backend.phone.outage("503", seconds=2)
    handle = backend.client.send(_NUMBER)
    backend.result(handle)
    code = str(backend.phone.code(e164(_NUMBER)))
    checked = backend.client.check(code, phone_number=_NUMBER, verification_id=handle)
    backend.result(checked)

    def tasks() -> dict[str, Any]:
        return dict(json.loads(read_page(f"{flower}/api/tasks")))

    wait_until(lambda: tasks().get(checked, {}).get("state") == "SUCCESS", "Flower saw both", seconds=20)
    pages = {path: read_page(f"{flower}/{path}") for path in (*_PAGES, f"task/{handle}", f"task/{checked}")}
    assert all(pages.values())
    assert "sent +82*****1937" in pages[f"task/{handle}"]
    assert "approved +82*****1937" in pages[f"task/{checked}"]
    wanted = spellings(e164(_NUMBER), _NUMBER, code)
    for path, page in {**pages, "its log": flower_container.logs()}.items():
        assert found(page.encode(), wanted) == [], path
    assert read_page(f"{flower}/tasks", authorization="operator:guessed") == ""


def test_flower_without_a_password_does_not_start(docker_client: DockerClient, worker_image: Any) -> None:
    """In a container it would be open to the whole network: it says what to set."""
    refused = docker_client.containers.run(
        worker_image.id, "celery -A worker flower --address=0.0.0.0", detach=True
    )
    try:
        assert refused.wait(timeout=30)["StatusCode"] != 0
        assert b"set FLOWER_BASIC_AUTH=user:password" in refused.logs()
    finally:
        refused.remove(force=True)
