"""`purge`, `forget` and `runs --phone`, run as an operator runs them, beside a worker that goes on."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import redis as redis_client

from phone_verification.keys import Fingerprints, Label, make_key
from tests.integration.conftest import Backend
from tests.integration.statements.kept import DAY, anywhere, put, run, text, verification
from tests.integration.test_open_door import ask, caller
from worker.demo.redis_server import free_port

__all__ = ["caller"]

ROOT = Path(__file__).parents[2]
_OLD = 40 * DAY


def operate(*words: str, typed: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this process' settings, and `typed` at its standard input."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "-m", "worker", *words],
        cwd=ROOT,
        env={**clean, **environment},
        input=typed or "",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def fingerprints(backend: Backend) -> list[str]:
    """The number's fingerprints, as the tables may hold them."""
    return Fingerprints.parse(backend.environment["HMAC_KEYS"]).every(Label.PHONE, backend.e164)


def verified(backend: Backend) -> list[str]:
    """Send a code to the number and type it; return both task ids."""
    handle = backend.client.send(backend.number)
    backend.result(handle)
    code = backend.phone.code(backend.e164) or ""
    task_id = backend.client.check(code, phone_number=backend.number, verification_id=handle)
    backend.result(task_id)
    return [handle, task_id]


def assert_tells_nothing(said: str, backend: Backend) -> None:
    """Neither the number, in any spelling, nor a fingerprint of it."""
    assert backend.e164[3:] not in re.sub(r"[-\s]", "", said)
    for one in fingerprints(backend):
        assert one.partition(":")[2] not in said


def test_runs_are_found_by_number(backend: Backend) -> None:
    """Only this number's, also when they were made under a key that is retired by now."""
    task_ids = verified(backend)
    rotated = {
        **backend.environment,
        "HMAC_KEYS": f"{make_key('new')},{backend.environment['HMAC_KEYS']}:retired",
    }

    found = operate("runs", "--phone", backend.number, "--json", **rotated)
    others = operate("runs", "--phone", "010-9876-5432", "--json", **rotated)

    assert {row["task_id"] for row in json.loads(found.stdout)} == set(task_ids)
    assert json.loads(others.stdout) == []
    assert_tells_nothing(found.stdout + found.stderr, backend)


def test_a_number_need_not_be_in_the_shells_history(backend: Backend) -> None:
    """A dash reads it from standard input."""
    task_ids = verified(backend)

    found = operate("runs", "--phone", "-", "--json", typed=f"{backend.number}\n", **backend.environment)

    assert {row["task_id"] for row in json.loads(found.stdout)} == set(task_ids)


@pytest.mark.parametrize("command", ["runs", "forget"])
def test_what_is_no_number_is_refused_without_repeating_it(backend: Backend, command: str) -> None:
    """Somebody's number with a digit too many is somebody's number all the same."""
    said = operate(command, "--phone", "010-1234-56789", **backend.environment)

    assert said.returncode == 2
    assert "--phone" in said.stderr
    assert "1234" not in said.stdout + said.stderr


def test_purge_removes_what_is_old_and_tells_what_is_left(backend: Backend) -> None:
    """First counted, then removed; what was asked today stays."""
    task_ids = verified(backend)
    old = (
        run("long-ago", asked=_OLD),
        verification(made=_OLD, id="VE-long-ago"),
        text("VE-long-ago", sent=_OLD),
    )
    put(backend.database, *old)

    counted = operate("purge", "--dry-run", "--json", **backend.environment)
    removed = operate("purge", "--json", **backend.environment)
    again = operate("purge", **backend.environment)

    tables = {
        "task_runs": 1,
        "verifications": 1,
        "send_attempts": 1,
        "provider_calls": 0,
        "guard_decisions": 0,
    }
    assert removed.returncode == 0, removed.stderr
    assert {name: one["old"] for name, one in json.loads(counted.stdout)["tables"].items()} == tables
    assert {name: one["removed"] for name, one in json.loads(removed.stdout)["tables"].items()} == tables
    assert json.loads(removed.stdout)["tables"]["task_runs"]["oldest_left"] is not None
    assert re.search(r"^task_runs +0 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$", again.stdout, re.MULTILINE)
    assert max(map(len, again.stdout.splitlines())) <= 80
    assert all(backend.client.status(task_id).result for task_id in task_ids)


def test_purge_needs_the_database_alone(backend: Backend) -> None:
    """No key and no credential of Twilio's: it may run where nothing else does."""
    purged = operate("purge", DATABASE_URL=backend.environment["DATABASE_URL"], RETENTION_DAYS="1000")

    assert purged.returncode == 0, purged.stderr
    assert "RETENTION_DAYS is 1000" in purged.stdout


def test_forget_erases_one_person_and_prints_a_receipt(backend: Backend) -> None:
    """No column of any table holds a fingerprint of the number, and neither does the receipt."""
    task_ids = verified(backend)
    assert anywhere(backend.database, fingerprints(backend))

    forgotten = operate("forget", "--phone", backend.number, "--yes", "--json", **backend.environment)

    assert forgotten.returncode == 0, forgotten.stderr
    receipt = json.loads(forgotten.stdout)
    assert receipt["erased"]["task_runs"] == 2
    assert receipt["erased"]["verifications"] == receipt["erased"]["send_attempts"] == 1
    assert receipt["erased"]["provider_calls"] == 2
    assert receipt["phone"] == f"+82*****{backend.e164[-4:]}"
    assert {"Twilio", "backups", "logs"} <= {one["where"] for one in receipt["not_erased"]}
    assert anywhere(backend.database, fingerprints(backend)) == []
    assert not any(task_id in forgotten.stdout for task_id in task_ids)
    assert_tells_nothing(forgotten.stdout + forgotten.stderr, backend)


def test_celerys_copies_of_results_are_erased_too(backend: Backend, caller: object) -> None:
    """What a caller of the open door polls is in Redis for a day."""
    sent = ask(caller, "tasks.send_verification", phone_number=backend.number)
    sent.get(timeout=20)
    key = f"celery-task-meta-{sent.id}"

    with redis_client.Redis.from_url(backend.redis.url(1)) as results:
        was_there = results.exists(key)
        forgotten = operate("forget", "--phone", backend.number, "--yes", "--json", **backend.environment)
        is_there = results.exists(key)

    assert (was_there, is_there) == (1, 0)
    assert json.loads(forgotten.stdout)["celery_results"]["erased"] == 1


def test_a_result_backend_that_is_away_is_told(backend: Backend) -> None:
    """The rows go all the same; the receipt and the exit status say what could not."""
    verified(backend)
    away = {**backend.environment, "CELERY_RESULT_BACKEND": f"redis://127.0.0.1:{free_port()}/1"}

    forgotten = operate("forget", "--phone", backend.number, "--yes", **away)

    assert forgotten.returncode == 1
    assert "could not be reached" in forgotten.stdout
    assert "could not be reached" in forgotten.stderr
    assert "Traceback" not in forgotten.stderr
    assert anywhere(backend.database, fingerprints(backend)) == []


@pytest.mark.parametrize(
    ("address", "state"), [("disabled://", "none_kept"), ("cache+memory://", "not_redis")]
)
def test_without_a_redis_for_results_the_receipt_says_so(backend: Backend, address: str, state: str) -> None:
    """The durable door needs none; what else Celery can keep results in is not ours to empty."""
    elsewhere = {**backend.environment, "CELERY_RESULT_BACKEND": address}

    forgotten = operate("forget", "--phone", backend.number, "--yes", "--json", **elsewhere)

    assert forgotten.returncode == 0, forgotten.stderr
    assert json.loads(forgotten.stdout)["celery_results"]["state"] == state


@pytest.mark.parametrize(("answer", "left"), [("", True), ("y\n", False)])
def test_forget_asks_first(backend: Backend, answer: str, left: bool) -> None:  # noqa: FBT001 - parametrized
    """It cannot be undone: only a yes erases, and silence is none."""
    verified(backend)

    asked = operate("forget", "--phone", "-", typed=f"{backend.number}\n{answer}", **backend.environment)

    assert re.search(r"task_runs +2\n", asked.stderr)
    assert asked.returncode == int(left)
    assert bool(anywhere(backend.database, fingerprints(backend))) is left
    assert all(len(line) <= 80 for line in (asked.stdout + asked.stderr).splitlines())
