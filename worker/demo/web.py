"""The page to verify on: the web backend of examples/ and Flower, beside the stage.

Lives here: starting both as processes, with the settings they need and no others, and saying where they are.
"""

import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

from worker.demo.redis_server import free_port
from worker.demo.stage import Stage
from worker.demo.waiting import wait_until
from worker.demo.worker_process import stop

_ROOT: Final = Path(__file__).parents[2]
_APP: Final = "examples.web_backend.app:make_app"
_BACKENDS_SETTINGS: Final = ("DATABASE_URL", "CELERY_BROKER_URL", "HMAC_KEYS", "SEAL_KEYS")
_FLOWERS_SETTINGS: Final = ("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND")
_MACHINES: Final = ("PATH", "HOME", "TMPDIR", "LANG")


class DidNotStartError(RuntimeError):
    """A process ended before it answered; its last words are in the message."""


def serve_page(set_up: Stage, say: Callable[[str], None]) -> NoReturn:
    """Serve the page and Flower, say where, and wait until interrupted."""
    directory = set_up.worker_log.parent
    # Not the stand-in's main address: that one refuses while Twilio is away.
    door = f"{set_up.phone.about()['side_door']}/__sim__"
    with (
        web_backend(set_up.environment, directory / "backend.log") as page,
        flower(set_up.environment, directory / "flower.log") as flowers,
    ):
        say("Web backend       examples/web_backend, on the client alone")
        say("Flower            what an operator watches")
        say("")
        say(f"  the page              {page}/")
        say(f"  the phone's texts     {door}/phone")
        say(f"  Flower                {flowers}/tasks")
        say(f"  the endpoints         {page}/docs")
        say("")
        say("Let Twilio be away for 20 seconds, and see a code being sent all the same:")
        say('  curl -d \'{"mode": "refuse", "seconds": 20}\' \\')
        say(f"    {door}/outage")
        say("")
        say("Any Korean mobile number will do: 010 and eight digits. Ctrl-C stops all.")
        while True:
            threading.Event().wait()


@contextmanager
def web_backend(environment: Mapping[str, str], log: Path, *options: str) -> Iterator[str]:
    """Run the example backend, with more of uvicorn's options if wanted; yields its address."""
    port = free_port()
    words = ("uvicorn", "--factory", _APP, "--host", "127.0.0.1", "--port", str(port), "--no-access-log")
    url = f"http://127.0.0.1:{port}"
    with _running((*words, *options), _chosen(environment, _BACKENDS_SETTINGS), log, answers_at=f"{url}/"):
        yield url


@contextmanager
def flower(environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run Flower; yields its address."""
    port = free_port()
    words = ("celery", "-A", "worker", "flower", f"--port={port}", "--address=127.0.0.1")
    url = f"http://127.0.0.1:{port}"
    with _running(words, _chosen(environment, _FLOWERS_SETTINGS), log, answers_at=f"{url}/healthcheck"):
        yield url


def _chosen(environment: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    machines = {name: value for name, value in os.environ.items() if name in _MACHINES}
    return machines | {name: environment[name] for name in names}


@contextmanager
def _running(
    words: tuple[str, ...], environment: Mapping[str, str], log: Path, *, answers_at: str
) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
            [sys.executable, "-m", *words],
            cwd=_ROOT,
            env=dict(environment),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def is_up() -> bool:
        if process.poll() is not None:
            raise DidNotStartError(log.read_text()[-2000:])
        return _answers(answers_at)

    try:
        wait_until(is_up, f"{words[0]} answers", seconds=30)
        yield
    finally:
        stop(process)


def _answers(url: str) -> bool:
    try:
        # Straight to the address: no proxy of the environment's stands between.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False
