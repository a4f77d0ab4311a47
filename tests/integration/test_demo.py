"""The demo: what a person sees in the first minute."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.leftovers import bare_environment, left_in
from worker.demo.waiting import wait_until

ROOT = Path(__file__).parents[2]
STATES = r"\d+\.\d\d s  (queued|running|retrying|done)"


@pytest.fixture
def clean_environment(tmp_path: Path) -> dict[str, str]:
    """No settings at all, and a temporary folder of one's own."""
    return bare_environment(tmp_path)


def test_the_demo_plays_the_whole_story(clean_environment: dict[str, str], tmp_path: Path) -> None:
    """With no setting at all it ends well within a minute, in 80 columns, and leaves nothing."""
    begun = time.monotonic()
    played = subprocess.run(
        [sys.executable, "-m", "worker", "demo"],
        cwd=ROOT,
        env=clean_environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert played.returncode == 0, played.stdout + played.stderr
    assert time.monotonic() - begun < 60
    steps = re.split(r"\n\d\. ", played.stdout.split("task_runs:")[0])[1:]
    states = [re.findall(STATES, step) for step in steps]
    verdicts = [(re.search(r"-> (\w+(?: \(\w+\))?)", step) or [None, None])[1] for step in steps]
    assert verdicts == [
        "sent",
        "rejected (invalid_code)",
        "approved",
        "rejected (already_verified)",
        "rejected (invalid_phone_number)",
        "sent",
    ]
    assert all(seen[-1] == "done" for seen in states)
    assert "retrying" in states[-1]
    assert all(len(line) <= 80 for line in played.stdout.splitlines())
    assert "\x1b" not in played.stdout
    assert "+821012345678" not in played.stdout.split("task_runs:")[1]
    wait_until(lambda: not left_in(tmp_path), "nothing is left running", seconds=10)


def test_ctrl_c_leaves_nothing_running(clean_environment: dict[str, str], tmp_path: Path) -> None:
    """An interrupted demo stops what it started."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "worker", "demo", "--serve"],
        cwd=ROOT,
        env=clean_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "Celery worker" in line:
                break
        demo.send_signal(signal.SIGINT)
        demo.stdout.read()
        assert demo.wait(30) == 130

    wait_until(lambda: not left_in(tmp_path), "nothing is left running", seconds=10)
