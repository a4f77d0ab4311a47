"""`make demo-web`: one command, everything up, and Ctrl-C takes it all away again."""

import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.client import SimulatorClient
from tests.examples.person import Person
from tests.leftovers import bare_environment, left_in
from worker.demo.waiting import wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """The demo with its page, started with no setting at all."""
    process = subprocess.Popen(
        [sys.executable, "-m", "worker", "demo", "--web"],
        cwd=ROOT,
        env=bare_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(30)


def up_to_its_last_line(demo: "subprocess.Popen[str]") -> str:
    """What it printed until everything was up."""
    said = ""
    for line in demo.stdout or ():
        said += line
        if "Ctrl-C" in line:
            break
    return said


def test_a_number_is_verified_and_ctrl_c_leaves_nothing(
    demo: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    """Every address that is printed answers; a person is verified there; then it all goes."""
    said = up_to_its_last_line(demo)
    addresses = dict(
        re.findall(r"^  (the page|the phone's texts|Flower|the endpoints) +(\S+)$", said, re.MULTILINE)
    )

    assert all(len(line) <= 80 for line in said.splitlines()), said
    assert set(addresses) == {"the page", "the phone's texts", "Flower", "the endpoints"}, said
    for name in ("the page", "Flower", "the endpoints"):
        with urllib.request.urlopen(addresses[name], timeout=10) as answer:  # noqa: S310 - loopback
            assert answer.status == 200
    person = Person(addresses["the page"].rstrip("/"), "010-1234-5678")
    assert person.send().status == 200
    code = SimulatorClient(addresses["the phone's texts"].removesuffix("/__sim__/phone")).code(
        "+821012345678"
    )
    assert person.check(code or "").status == 200

    demo.send_signal(signal.SIGINT)
    assert demo.wait(30) == 130
    wait_until(lambda: not left_in(tmp_path), "nothing is left running", seconds=10)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_it_starts_leaves_nothing(demo: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """Whoever changes their mind half-way is left with nothing either."""
    for line in demo.stdout or ():
        if "Celery worker" in line:
            break

    demo.send_signal(signal.SIGINT)
    assert demo.wait(30) == 130
    wait_until(lambda: not left_in(tmp_path), "nothing is left running", seconds=10)
