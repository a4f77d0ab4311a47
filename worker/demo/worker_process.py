"""A worker as its own process, as in production: `celery -A worker worker`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from worker.demo.waiting import wait_until

_ROOT: Final = Path(__file__).parents[2]
_STOP_SECONDS: Final = 20


class WorkerDidNotStartError(RuntimeError):
    """The worker ended before it was ready; its last words are in the message."""


def start_worker(
    environment: Mapping[str, str],
    log: Path,
    *,
    name: str = "demo",
    concurrency: int = 8,
    app: str = "worker",
    options: Sequence[str] = (),
) -> subprocess.Popen[bytes]:
    """Start a worker and wait until it is ready."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
            [
                *(sys.executable, "-m", "celery", "-A", app, "worker"),
                *(f"--concurrency={concurrency}", f"--hostname={name}@%h"),
                *("--without-gossip", "--without-mingle"),
                *options,
            ],
            cwd=_ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def is_ready() -> bool:
        if process.poll() is not None:
            raise WorkerDidNotStartError(log.read_text()[-2000:])
        return " ready." in log.read_text()

    try:
        wait_until(is_ready, f"worker {name} is ready", seconds=30)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, then insist."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def worker_process(
    environment: Mapping[str, str],
    log: Path,
    *,
    name: str = "demo",
    concurrency: int = 8,
    app: str = "worker",
    options: Sequence[str] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker of one's own."""
    process = start_worker(environment, log, name=name, concurrency=concurrency, app=app, options=options)
    try:
        yield process
    finally:
        stop(process)
