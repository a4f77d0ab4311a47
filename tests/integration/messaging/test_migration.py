"""The step to texts of our own: taken and taken back with rows in every state, on both databases."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError

import models
from models.database import open_database
from models.schema import differences
from phone_verification import VerificationClient
from phone_verification.keys import make_key
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState

RUN = text(
    "INSERT INTO task_runs (task_id, operation, phone_fingerprint, arguments_fingerprint, deadline_at, "
    "state, posts, outcome, error_kind) "
    "VALUES (:id, :operation, :phone, 'k:a', CURRENT_TIMESTAMP, :state, 1, :outcome, :kind)"
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty database of each kind."""
    opened = open_database(database_url)
    yield opened.engine
    opened.dispose()


SENT = json.dumps(
    {
        "task_id": "a-task-id",
        "operation": "send",
        "outcome": "sent",
        "ok": True,
        "finished_at": "2026-01-01T00:00:00.000000Z",
    }
)


def go(engine: Engine, revision: str) -> None:
    """Bring the schema to a revision, up or down."""
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        is_up = revision == "head" or not inspect(connection).has_table("task_runs")
        (command.upgrade if is_up else command.downgrade)(config, revision)


def add_runs(connection: Connection, operation: Operation) -> None:
    """Insert a run in each state, each of another number."""
    for state in RunState:
        is_done = state is RunState.DONE
        connection.execute(
            RUN,
            {
                "id": f"{operation}-{state}",
                "operation": operation.value,
                "phone": f"k:{operation}{state}",
                "state": state.value,
                "outcome": Outcome.UNKNOWN.value if is_done else None,
                "kind": ErrorKind.OUTCOME_UNKNOWN.value if is_done else None,
            },
        )


def add_text(connection: Connection, sid: str, verification_id: str | None) -> None:
    """Insert a text."""
    connection.execute(
        text(
            "INSERT INTO send_attempts (attempt_sid, verification_id, task_id) VALUES (:sid, :of, 'send-x')"
        ),
        {"sid": sid, "of": verification_id},
    )


def add_verification(connection: Connection, sid: str, service: str) -> None:
    """Insert a verification."""
    connection.execute(
        text(
            "INSERT INTO verifications (id, service, phone_fingerprint, phone_masked, country, status, "
            "expires_at) VALUES (:sid, :service, 'k:p', '+82*****5678', 'KR', 'pending', CURRENT_TIMESTAMP)"
        ),
        {"sid": sid, "service": service},
    )


def rows(engine: Engine) -> dict[str, set[str]]:
    """Read which rows there are."""
    keys = {"task_runs": "task_id", "send_attempts": "attempt_sid", "verifications": "id"}
    with engine.connect() as connection:
        return {
            table: set(connection.execute(text(f"SELECT {key} FROM {table}")).scalars())  # noqa: S608 - ours
            for table, key in keys.items()
        }


def test_rows_in_every_state_go_up_down_and_up_again(engine: Engine) -> None:
    """Going back loses what the older version does not know, and nothing else."""
    go(engine, "0002")
    with engine.begin() as connection:
        for operation in (Operation.SEND, Operation.CHECK):
            add_runs(connection, operation)
        add_verification(connection, "VE1", "verify")
        add_text(connection, "VL1", "VE1")
    before = rows(engine)

    go(engine, "head")
    assert differences(engine) == []
    assert rows(engine) == before
    with engine.begin() as connection:
        add_runs(connection, Operation.MESSAGE)
        add_verification(connection, "send-x", "messaging")
        add_text(connection, "SM1", "send-x")
        add_text(connection, "SM2", None)
    go(engine, "0002")
    assert rows(engine) == {
        "task_runs": before["task_runs"],
        "send_attempts": {"VL1", "SM1"},
        "verifications": {"VE1", "send-x"},
    }

    go(engine, "head")
    assert differences(engine) == []


def test_a_caller_that_is_upgraded_first_goes_on_polling(engine: Engine) -> None:
    """Before the database knows of deliveries, a result is told without."""
    go(engine, "0002")
    with VerificationClient(
        database=engine,
        broker_url="redis://127.0.0.1:1/0",
        hmac_keys=make_key("a"),
        seal_keys=make_key("a"),
    ) as client:
        task_id = client.send("010-1234-5678")
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE task_runs SET state = 'done', result = :result"), {"result": SENT}
            )

        status = client.status(task_id)

    assert status.result is not None
    assert (status.result.outcome, status.delivery) == (Outcome.SENT, None)


def test_the_lock_is_one_for_codes_and_messages(engine: Engine) -> None:
    """Two texts in doubt for one number could not be told apart; going back, messages take none."""
    go(engine, "head")
    taken = "UPDATE task_runs SET phone_fingerprint = 'k:one' WHERE task_id IN ('send-calling', :other)"
    with engine.begin() as connection:
        for operation in Operation:
            add_runs(connection, operation)
        connection.execute(text(taken), {"other": "check-calling"})

    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(taken), {"other": "message-ambiguous"})
