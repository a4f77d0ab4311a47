"""Codes are erased a quarter of an hour after their verification expired, and none before."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select, text

from models.database import Database
from models.retention import ERASE_CODES_OF_RUNS, ERASE_CODES_OF_VERIFICATIONS
from models.task_run import TaskRun
from models.verification import Verification
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState
from tasks.erase import Erased, erase_codes
from tasks.figures import Figures
from tasks.services import Services
from tests.integration.statements.kept import TTL, put, put_many, run, verification
from tests.integration.statements.rows import OPEN_STATES, seconds_from_now

_KEPT = Figures().code_kept_seconds
_JUST = 5.0
_MADE = {
    "long over": TTL + _KEPT + _JUST,
    "not yet": TTL + _KEPT - _JUST,
}
_NAMES = {"kept_seconds": _KEPT, "limit": 1000}
_LOST = {"error_kind": ErrorKind.OUTCOME_UNKNOWN, "outcome": Outcome.UNKNOWN, "posts": 1}


def check(asked: float, **columns: Any) -> TaskRun:
    """A check that carried a code, asked so many seconds ago."""
    return run("the-check", asked=asked, operation=Operation.CHECK, code_hmac="k1:typed", **columns)


def code_of_run(database: Database) -> str | None:
    """What is left of the code that the check carried."""
    row = database.one(select(TaskRun.code_hmac).where(TaskRun.task_id == "the-check"), {})
    assert row is not None
    return row[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(("made", "left"), [(_MADE["long over"], None), (_MADE["not yet"], "k1:typed")])
def test_a_checks_code_goes_by_the_verification_it_ended_with(
    database: Database, services: Services, made: float, left: str | None
) -> None:
    """Whatever else is known of the number: the sid says which it was."""
    put(database, verification(made=made, id="VE-mine"), verification(made=made - 300))
    put(database, verification(made=made + 100), check(asked=made - 400, provider_sid="VE-mine"))

    erase_codes(services)

    assert code_of_run(database) == left


@pytest.mark.parametrize(("made", "left"), [(_MADE["long over"], None), (_MADE["not yet"], "k1:typed")])
def test_without_a_sid_it_goes_by_the_numbers_latest(
    database: Database, services: Services, made: float, left: str | None
) -> None:
    """The latest that was there while the check was made; another number's and a later one say nothing."""
    put(
        database,
        verification(made=made + 2 * TTL),
        verification(made=made),
        verification(made=1),
        verification(made=1, phone_fingerprint="k1:another"),
    )
    put(database, check(asked=made - 60))

    erase_codes(services)

    assert code_of_run(database) == left


@pytest.mark.parametrize(("asked", "left"), [(_MADE["long over"], None), (_MADE["not yet"], "k1:typed")])
def test_without_any_verification_it_goes_by_its_own_age(
    database: Database, services: Services, asked: float, left: str | None
) -> None:
    """As if a verification had been made with it; a sid that nobody knows helps no further."""
    put(database, verification(made=1), check(asked=asked, provider_sid="VE-purged"))

    erase_codes(services)

    assert code_of_run(database) == left


def test_a_lost_checks_code_outlives_a_verification_that_it_cannot_have_met(
    database: Database, services: Services
) -> None:
    """Yesterday's is known, today's not yet: the same code pressed again must be told the truth."""
    put(database, verification(made=86_400), check(asked=60, **_LOST))

    erase_codes(services)

    assert code_of_run(database) == "k1:typed"


@pytest.mark.parametrize("kind", [None, ErrorKind.VERIFICATION_EXPIRED])
def test_a_decided_checks_code_goes_with_an_expired_verification(
    database: Database, services: Services, kind: ErrorKind | None
) -> None:
    """It was typed for that one, too late; nobody will compare it again."""
    put(database, verification(made=_MADE["long over"]), check(asked=60, error_kind=kind, posts=1))

    erase_codes(services)

    assert code_of_run(database) is None


@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_run_that_is_not_done_keeps_its_code(
    database: Database, services: Services, state: RunState
) -> None:
    """However old it is: its answer may still have to be weighed."""
    put(database, verification(made=86_400, id="VE-old"))
    put(database, check(asked=86_400, state=state, provider_sid="VE-old"))

    erased = erase_codes(services)

    assert erased == Erased(typed=0, approved=0)
    assert code_of_run(database) == "k1:typed"


@pytest.mark.parametrize(("made", "left"), [(_MADE["long over"], None), (_MADE["not yet"], "k1:right")])
def test_the_approved_code_goes_with_its_verification(
    database: Database, services: Services, made: float, left: str | None
) -> None:
    """A replay is told again until it has expired, and a lost check may still be weighed for a while."""
    put(database, verification(made=made, id="VE-mine", code_hmac="k1:right"))

    erase_codes(services)

    row = database.one(select(Verification.code_hmac), {})
    assert row is not None
    assert row[0] == left


def test_one_pass_takes_as_many_batches_as_there_are(database: Database, services: Services) -> None:
    """A backlog is no reason to keep a code for another pass."""
    figures = Figures(purge_rows=4)
    put(database, *[verification(made=86_400, code_hmac="k1:right") for _ in range(10)])
    put(
        database,
        *[run(f"check-{n:03d}", asked=86_400, code_hmac="k1:typed", provider_sid="VE0") for n in range(10)],
    )

    erased = erase_codes(replace(services, figures=figures))

    assert erased == Erased(typed=10, approved=10)


def test_two_erasers_share_the_work_without_waiting(postgres_database: Database) -> None:
    """What one has locked the other leaves out."""
    names = {**_NAMES, "ttl_seconds": TTL, "limit": 2}
    put(
        postgres_database,
        *[
            run(f"check-{n:03d}", asked=86_400, code_hmac="k1:typed", phone_fingerprint=str(n))
            for n in range(4)
        ],
    )

    with postgres_database.transaction() as first, postgres_database.transaction() as second:
        taken = [len(each.execute(ERASE_CODES_OF_RUNS, names).all()) for each in (first, second)]

    assert taken == [2, 2]


def test_no_pass_goes_over_the_whole_table(database: Database) -> None:
    """Of many thousand runs and verifications it reads the few that still hold a code."""
    old = {"created_at": _stamp(database, -86_400), "expires_at": _stamp(database, -86_000)}
    done = {"operation": Operation.CHECK, "state": RunState.DONE, "deadline_at": old["expires_at"]}
    put_many(
        database,
        TaskRun,
        [
            {
                **done,
                "task_id": f"check-{n}-x",
                "phone_fingerprint": str(n),
                "arguments_fingerprint": "k1:a",
                "created_at": old["created_at"],
            }
            for n in range(5000)
        ],
    )
    put_many(
        database,
        Verification,
        [
            {
                **old,
                "id": f"VE-{n}",
                "phone_fingerprint": str(n),
                "phone_masked": "+82*****5678",
                "country": "KR",
                "status": "pending",
            }
            for n in range(5000)
        ],
    )
    with database.transaction() as connection:
        connection.execute(text("ANALYZE"))

    of_runs = _plan(database, ERASE_CODES_OF_RUNS, {**_NAMES, "ttl_seconds": TTL})
    of_verifications = _plan(database, ERASE_CODES_OF_VERIFICATIONS, _NAMES)

    assert "codes_of_runs" in of_runs
    assert "codes_of_verifications" in of_verifications
    for plan in (of_runs, of_verifications):
        # SQLite says SCAN also of an index, with its name.
        whole = r"Seq Scan on \w+s\b|SCAN (task_runs|verifications)(?! USING (COVERING )?INDEX codes_of_)"
        assert not re.search(whole, plan), plan


def _stamp(database: Database, seconds: float) -> Any:
    row = database.one(select(seconds_from_now(seconds)), {})
    assert row is not None
    return row[0]


def _plan(database: Database, statement: Any, names: dict[str, Any]) -> str:
    """How the database would go about it, given exactly what it is given."""
    explain = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
    said: list[Any] = []

    with database.transaction() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2:4]))
        connection.execute(statement, names)
        words, values = said[0]
        rows = connection.exec_driver_sql(f"{explain} {words}", values).all()
    return "\n".join(str(row[-1]) for row in rows)
