"""The operators' command line, run as an operator runs it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from sqlalchemy import update

from models import SendAttempt
from phone_verification.deliveries import DeliveryReason, DeliveryStatus
from tests.integration.conftest import Backend

ROOT = Path(__file__).parents[2]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this process' settings."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "-m", "worker", *words],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_operator_verifies_a_number(backend: Backend) -> None:
    """send, check, status and runs tell the story without a full number."""
    sent = run("send", backend.number, "--json", **backend.environment)
    handle = json.loads(sent.stdout)["task_id"]
    code = backend.phone.code(backend.e164) or ""

    checked = run("check", backend.number, code, "--verification-id", handle, **backend.environment)
    status = run("status", handle, **backend.environment)
    listed = run("runs", "--limit", "2", **backend.environment)

    assert sent.returncode == 0, sent.stderr
    assert checked.returncode == 0, checked.stderr
    assert "approved" in checked.stdout
    assert "send +82*****5678: sent" in status.stdout
    assert len(listed.stdout.splitlines()) == 3
    everything = sent.stdout + checked.stdout + status.stdout + listed.stdout
    assert backend.number not in everything
    assert backend.e164 not in everything


def test_a_refusal_exits_with_one_and_says_why(backend: Backend) -> None:
    """Scripts see the exit status, people both languages."""
    refused = run("send", "010-1234-567", **backend.environment)

    assert refused.returncode == 1
    assert "invalid_phone_number" in refused.stdout
    assert "전화번호" in refused.stdout


def test_runs_can_be_narrowed_and_read_by_scripts(backend: Backend) -> None:
    """--kind and --json."""
    backend.result(backend.client.send("010-1234-567"))

    listed = run("runs", "--kind", "invalid_phone_number", "--json", **backend.environment)

    assert {row["error_kind"] for row in json.loads(listed.stdout)} == {"invalid_phone_number"}


def test_runs_and_status_tell_whether_a_text_arrived(backend: Backend) -> None:
    """Twilio took it and no phone got it: both say so, and why."""
    handle = backend.client.send(backend.number)
    backend.result(handle)
    lost = {
        "delivery_status": DeliveryStatus.UNDELIVERED,
        "delivery_reason": DeliveryReason.HANDSET_UNREACHABLE,
    }
    with backend.database.transaction() as connection:
        connection.execute(update(SendAttempt).where(SendAttempt.task_id == handle).values(lost))

    listed = run("runs", "--limit", "1", **backend.environment)
    status = run("status", handle, **backend.environment)

    assert "sent, undelivered" in listed.stdout
    assert "handset_unreachable" in listed.stdout
    assert "delivery: undelivered (handset_unreachable)" in status.stdout
    assert "Your phone is off or out of reach" in status.stdout


def test_an_unknown_task_is_not_found(backend: Backend) -> None:
    """A lost id is never taken for a queued one."""
    status = run("status", "no-such-task", **backend.environment)

    assert status.returncode == 1
    assert "not_found" in status.stdout


def test_the_schema_is_made_and_checked(tmp_path: Path) -> None:
    """Db check says what is missing and how to mend it, db upgrade mends it."""
    url = f"sqlite:///{tmp_path}/new.db"

    before = run("db", "check", DATABASE_URL=url)
    made = run("db", "upgrade", DATABASE_URL=url)
    after = run("db", "check", DATABASE_URL=url)

    assert before.returncode == 1
    assert "db upgrade" in before.stderr
    assert made.returncode == 0
    assert after.returncode == 0, after.stderr


def test_missing_settings_are_listed_all_at_once() -> None:
    """A worker without settings names each one and how to mend it, and shows no secret."""
    started = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "worker", "worker"],
        cwd=ROOT,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "HMAC_KEYS": "k1:bm90LWEta2V5",
            "TWILIO_ACCOUNT_SID": "not-a-sid",
            "CONNECT_BUDGET_SECONDS": "9",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert started.returncode != 0
    said = started.stderr
    for name in ("DATABASE_URL", "HMAC_KEYS", "SEAL_KEYS", "TWILIO_ACCOUNT_SID", "TWILIO_VERIFY_SERVICE_SID"):
        assert name in said
    assert "bm90LWEta2V5" not in said
    assert "Traceback" not in said


def test_autoscaling_is_refused_at_the_start(backend: Backend) -> None:
    """It crashes the threads pool: better not to start than to stop later."""
    started = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "worker", "worker", "--autoscale=8,2"],
        cwd=ROOT,
        env={**os.environ, **backend.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert started.returncode != 0
    assert "--autoscale" in started.stderr


def test_a_new_key_is_a_key() -> None:
    """new-key prints what HMAC_KEYS and SEAL_KEYS take."""
    made = run("new-key", "--id", "k1")

    assert re.fullmatch(r"k1:[A-Za-z0-9+/]{43}=\n", made.stdout)


def test_an_operator_sees_what_the_guard_objected_to(backend: Backend) -> None:
    """Each decision with its rule; by rule, and for scripts."""
    rows = json.loads(run("decisions", "--rule", "sends_an_hour", "--json", **backend.environment).stdout)
    table = run("decisions", **backend.environment)

    assert rows == []
    assert table.returncode == 0, table.stderr
    assert table.stdout.splitlines()[0].split() == ["when", "task", "refused", "rule"]
