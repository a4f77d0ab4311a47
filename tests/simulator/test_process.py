"""`python -m simulator` as a program, and what it depends on."""

import ast
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import simulator
from simulator.client import SimulatorClient
from simulator.process import running
from tests.simulator.asking import Asking

FOLDER = Path(simulator.__file__).parent
SOURCES = sorted(FOLDER.rglob("*.py"))
OURS = {"phone_verification", "worker", "tasks", "models", "gateway", "tests"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_quietly(number: signal.Signals) -> None:
    """Exit status 0 and nothing on stderr."""
    command = [sys.executable, "-m", "simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("simulator listening on http://127.0.0.1:")

        process.send_signal(number)
        _, errors = process.communicate(timeout=10)

    assert (process.returncode, errors) == (0, "")


def test_options_set_account_and_lifetime() -> None:
    """Another account's credentials, another lifetime."""
    with running("--auth-token", "other", "--ttl", "30") as (url, sim):
        assert Asking(url, password="other").start().status == 201
        assert Asking(url).start().status == 401
        assert sim.switches()["ttl_seconds"] == 30


def test_taken_port_is_told_in_one_sentence(served: tuple[str, SimulatorClient]) -> None:
    """No traceback."""
    port = served[0].rsplit(":", 1)[1]

    done = subprocess.run(
        [sys.executable, "-m", "simulator", "--port", port],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(f"cannot listen on 127.0.0.1:{port}")


def test_help_tells_the_credentials() -> None:
    """They are fixed and public."""
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "--help"], capture_output=True, text=True, check=True
    )

    assert "simulator-auth-token" in done.stdout


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_simulator_imports_nothing_of_ours(source: Path) -> None:
    """So that it cannot share a misunderstanding with what is tested against it."""
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported.isdisjoint(OURS)
