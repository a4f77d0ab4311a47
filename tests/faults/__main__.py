"""`python -m tests.faults`: the matrix, one soak, ten cases at production's times; and the table.

Lives here: running pytest several times side by side, because most of a case is waiting, and telling what
comes of it as it comes.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.faults.record import read
from tests.faults.table import write_table

_ROOT: Final = Path(__file__).parents[2]
_FOLDER: Final = "tests/faults"
_SIDE_BY_SIDE: Final = int(os.environ.get("FAULTS_SIDE_BY_SIDE", "4"))
_SLOW_SIDE_BY_SIDE: Final = 5
_CHUNK: Final = 6
_COUNTED: Final = re.compile(r" {0,4}\d{1,5} (x|ended) ")
_SOAK: Final = "test_soak.py"

PRODUCTION: Final = (
    "test_worker.py::test_worker_kill_9[Twilio accepted-send]",
    "test_worker.py::test_worker_kill_9[during the POST, never lands-send]",
    "test_worker.py::test_worker_frozen_past_its_lease[Twilio accepted-send]",
    "test_redis.py::test_redis_killed_and_restarted[Twilio accepted-send]",
    "test_redis.py::test_a_message_lost_between_two_commands",
    "test_postgres.py::test_postgres_restarted[immediate-Twilio accepted-send]",
    "test_twilio.py::test_twilio_once[read timeout, processed after 25 s-send]",
    "test_twilio.py::test_twilio_once[reset after processing-check]",
    "test_twilio.py::test_twilio_away_for_a_minute[refuse]",
    "test_together.py::test_resend_while_the_first_send_is_in_doubt",
)
"""The ten cases that are also run at production's times."""


def main() -> None:
    """Run all of it, or with `soak` ten soaks; end with 1 where a promise was broken."""
    began = time.monotonic()
    with TemporaryDirectory(prefix="faults-run-") as folder:
        record = Path(folder) / "records.jsonl"
        record.touch()
        if "soak" in sys.argv:
            seeds = os.environ.get("SOAK_SEEDS", "1,2,3,4,5,6,7,8,9,10")
            broken = _run([f"{_FOLDER}/{_SOAK}::test_soak"], record, SOAK_SEEDS=seeds)
        else:
            broken = _matrix(record) + _run([f"{_FOLDER}/{_SOAK}"], record)
            write_table(read(record))
    _say(f"{(time.monotonic() - began) / 60:.0f} min, {broken} broken")
    sys.exit(1 if broken else 0)


def _matrix(record: Path) -> int:
    """Run every case once, scaled, and the ten at production's times beside them."""
    cases = _collected()
    chunks = [cases[i : i + _CHUNK] for i in range(0, len(cases), _CHUNK)]
    _say(f"{len(cases)} cases, {_SIDE_BY_SIDE} side by side; {len(PRODUCTION)} at production's times")
    with ThreadPoolExecutor(_SLOW_SIDE_BY_SIDE) as slow, ThreadPoolExecutor(_SIDE_BY_SIDE) as quick:
        slow_runs = [
            slow.submit(_run, [f"{_FOLDER}/{case}"], record, FAULTS_TIME_SCALE="1") for case in PRODUCTION
        ]
        quick_runs = [quick.submit(_run, chunk, record) for chunk in chunks]
        return sum(run.result() for run in [*quick_runs, *slow_runs])


def _collected() -> list[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", _FOLDER, f"--ignore={_FOLDER}/{_SOAK}"]
    found = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True)
    return [line for line in found.stdout.splitlines() if "::" in line]


def _run(cases: Sequence[str], record: Path, **environment: str) -> int:
    """Run some cases in a process of their own, telling each verdict; return how many were broken."""
    command = [sys.executable, "-m", "pytest", "-v", "--tb=short", "-p", "no:cacheprovider", *cases]
    values = {**os.environ, "FAULTS_RECORD": str(record), **environment}
    scale = " (production's times)" if "FAULTS_TIME_SCALE" in environment else ""
    lines = []
    with subprocess.Popen(
        command, cwd=_ROOT, env=values, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            _tell(line, scale)
    if process.returncode:
        _say("".join(_from_the_failures(lines)))
    # Counted in pytest's summary: a soak's own words stand between its name and its verdict.
    named = sum(line.startswith(("FAILED ", "ERROR ")) for line in lines)
    return max(named, int(process.returncode != 0))


def _tell(line: str, scale: str) -> None:
    """Print a verdict or the soak's own words within 80 columns."""
    name, _, rest = line.rstrip().partition("::")
    for word, verdict in ((" PASSED", "kept  "), (" FAILED", "BROKEN"), (" ERROR", "ERROR ")):
        if name.startswith(_FOLDER) and word in rest:
            case = rest.partition(word)[0].removeprefix("test_").replace("_", " ")
            _say(f"{verdict} {case}{scale}"[:80])
            return
    if line.startswith("soak:") or _COUNTED.match(line):
        _say(line.rstrip()[:80])


def _from_the_failures(lines: list[str]) -> Iterable[str]:
    start = next((i for i, line in enumerate(lines) if " FAILURES " in line or " ERRORS " in line), 0)
    return lines[start:]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
