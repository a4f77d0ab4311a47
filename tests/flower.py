"""Flower as an operator runs it, with the settings it needs and no others."""

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from worker.demo.redis_server import free_port
from worker.demo.waiting import wait_until
from worker.demo.worker_process import stop

ROOT = Path(__file__).parents[1]
AUTH = "operator:a password"


@contextmanager
def flower_on(environment: dict[str, str], log: Path, *options: str, **changes: str) -> Iterator[str]:
    """Run Flower beside a worker; yields its address once it sees that worker."""
    port = free_port()
    settings = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")},
        "CELERY_BROKER_URL": environment["CELERY_BROKER_URL"],
        "CELERY_RESULT_BACKEND": environment["CELERY_RESULT_BACKEND"],
        "FLOWER_BASIC_AUTH": AUTH,
        **changes,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "worker", "flower"),
                *(f"--port={port}", "--address=127.0.0.1", *options),
            ],
            cwd=ROOT,
            env=settings,
            stdout=output,
            stderr=output,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: read_page(f"{url}/healthcheck"), "Flower is up", seconds=30)
        wait_until(
            lambda: json.loads(read_page(f"{url}/api/workers") or "{}"), "it sees the worker", seconds=30
        )
        yield url
    finally:
        stop(process)


def read_page(url: str, body: bytes | None = None, *, authorization: str = AUTH) -> str:
    """Read a page, or post to it; nothing when it is not there, or not for everybody."""
    status, page = ask(url, body, authorization=authorization)
    return page if status == HTTPStatus.OK else ""


def ask(url: str, body: bytes | None = None, *, authorization: str = AUTH) -> tuple[int, str]:
    """Return a page's status and text; 0 and nothing when nobody answers."""
    basic = base64.b64encode(authorization.encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""
