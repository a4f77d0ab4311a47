"""`db rekey`: what an operator reads before the next step of a rotation."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from models.database import Database
from models.key_usage import KeyUsage, open_sends, usage_of_keys
from models.task_run import TaskRun
from models.verification import Verification
from phone_verification import VerificationClient, new_task_id
from phone_verification.keys import Fingerprints, Label, make_key
from phone_verification.kinds import RunState
from tests.integration.test_commands import run

K1, K2 = make_key("k1"), make_key("k2")
SEAL_KEYS = make_key("s1")


@contextmanager
def client(database: Database, keys: str) -> Iterator[VerificationClient]:
    """A caller with these keys, and nobody to work for it."""
    with VerificationClient(
        database=database.engine,
        broker_url="redis://127.0.0.1:1/0",
        hmac_keys=keys,
        seal_keys=SEAL_KEYS,
    ) as opened:
        yield opened


def rekey(database_url: str, keys: str, *words: str) -> tuple[int, str]:
    """Run the command; return its exit status and what it printed."""
    ended = run("db", "rekey", *words, DATABASE_URL=database_url, HMAC_KEYS=keys, SEAL_KEYS=SEAL_KEYS)
    assert not ended.stderr.replace("counting the rows under each key …", "").strip(), ended.stderr
    return ended.returncode, ended.stdout


def end_all(database: Database) -> None:
    """Let every run be over."""
    with database.transaction() as connection:
        connection.execute(update(TaskRun).values(state=RunState.DONE))


@pytest.fixture
def accepted(database: Database) -> Database:
    """A send that waits, made under k1; and one whose number could not be read."""
    with client(database, K1) as caller:
        caller.send("010-1234-5678")
        caller.send("not a number")
    return database


def test_a_whole_rotation_is_led_step_by_step(accepted: Database, database_url: str) -> None:
    """Waits while a send is open, then retire, then waits for the retention, then drop."""
    added, retired = f"{K2},{K1}", f"{K2},{K1}:retired"

    assert "Nothing is under way" in rekey(database_url, K1)[1]
    status, said = rekey(database_url, added)
    assert (status, "Wait for the open sends (1;" in said) == (1, True)
    end_all(accepted)
    status, said = rekey(database_url, added)
    assert (status, "mark k1 retired" in said) == (0, True)
    status, said = rekey(database_url, retired)
    assert (status, "Keep k1 until the retention" in said) == (1, True)
    with accepted.transaction() as connection:
        connection.execute(TaskRun.__table__.delete())
    status, said = rekey(database_url, retired)
    assert (status, "Drop k1" in said) == (0, True)


def test_the_table_is_readable_in_80_columns(accepted: Database, database_url: str) -> None:
    """Even with key ids of the greatest length."""
    long = K2.replace("k2:", "k" * 16 + ":")

    _, said = rekey(database_url, f"{long},{K1}")

    lines = said.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert lines[0].split() == ["key", "role", "table", "rows", "youngest", "(UTC)"]
    assert [line.split()[0] for line in lines[1:5]] == ["k" * 16, "k" * 16, "k1", "k1"]


def test_scripts_read_the_same(accepted: Database, database_url: str) -> None:
    """--json holds roles, rows, open sends and whether the step is safe."""
    status, said = rekey(database_url, f"{K2},{K1}", "--json")

    read: dict[str, Any] = json.loads(said)
    assert status == 1
    assert [(key["id"], key["role"], key["rows"]) for key in read["keys"]] == [
        ("k2", "not used yet", {}),
        ("k1", "in use", {"task_runs": 1}),
    ]
    assert (read["open_sends"], read["is_safe"]) == (1, False)
    assert 0 < read["open_sends_end_in_seconds"] <= 120


def test_rows_of_a_key_that_was_dropped_too_early_are_told(accepted: Database, database_url: str) -> None:
    """They are there and nobody finds them: the key has to come back."""
    status, said = rekey(database_url, K2)

    assert status == 1
    assert "Put k1 back" in said
    assert "not in HMAC_KEYS" in said


def test_a_wrong_key_list_is_one_sentence(database_url: str) -> None:
    """As at the start of a worker, and with no key in it."""
    ended = run(
        "db", "rekey", DATABASE_URL=database_url, HMAC_KEYS=f"{K1}:retired", SEAL_KEYS=f"{SEAL_KEYS}:retired"
    )

    assert ended.returncode == 1
    assert "all entries are retired" in ended.stderr
    assert "only HMAC_KEYS has retired keys" in ended.stderr
    assert K1.partition(":")[2] not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_verifications_are_counted_by_their_own_key(accepted: Database) -> None:
    """Each table has its lines; key ids that differ in case alone are two."""
    with accepted.transaction() as connection:
        for key_id in ("k1", "K1", "K1"):
            keys = Fingerprints.parse(make_key(key_id))
            values = {
                "id": f"VE{new_task_id()}",
                "phone_fingerprint": keys.of(Label.PHONE, "+821012345678"),
                "phone_masked": "+82*****5678",
                "country": "KR",
                "status": "pending",
                "expires_at": datetime.now(UTC),
            }
            connection.execute(Verification.__table__.insert().values(values))

    usages = usage_of_keys(accepted, ["k1", "K1"])

    assert sorted((one.table, one.key_id, one.rows) for one in usages) == [
        ("task_runs", "k1", 1),
        ("verifications", "K1", 2),
        ("verifications", "k1", 1),
    ]
    assert all(isinstance(one, KeyUsage) and one.youngest_at.tzinfo for one in usages)


def test_ended_sends_and_checks_are_not_open(accepted: Database) -> None:
    """Only what may still ask for a text keeps a rotation waiting."""
    with client(accepted, K1) as caller:
        caller.check("123456", phone_number="010-1234-5678", verification_id=None, by_number_alone=True)

        before = open_sends(accepted)
        caller.send_message("010-1234-5678", "hello")
        with_message = open_sends(accepted)
    end_all(accepted)

    assert (before.count, with_message.count) == (1, 2)
    assert open_sends(accepted).count == 0
