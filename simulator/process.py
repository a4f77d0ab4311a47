"""The simulator as a subprocess, for tests and demos: standard library only."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.client import SimulatorClient

_PATIENCE_SECONDS = 10


@contextmanager
def running(*arguments: str, port: int = 0) -> Iterator[tuple[str, SimulatorClient]]:
    """Start `python -m simulator`, yield its address and side door, and end it."""
    command = [sys.executable, "-m", "simulator", "--port", str(port), *arguments]
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            url = _address(process)
            yield url, SimulatorClient(url)
        finally:
            process.terminate()
            _end(process)


def _address(process: "subprocess.Popen[str]") -> str:
    line = process.stdout.readline() if process.stdout is not None else ""
    if "listening on " not in line:
        raise RuntimeError("the simulator did not start; its error is above")
    return line.split("listening on ")[1].strip()


def _end(process: "subprocess.Popen[str]") -> None:
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
