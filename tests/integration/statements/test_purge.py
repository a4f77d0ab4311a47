"""The purge: what is older than the retention goes, whole; what is young, open or alive stays."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from models import ProviderCall, SendAttempt, TaskRun, Verification
from models.database import Database
from models.retention import KEPT
from phone_verification.accepted_runs import ACCEPT
from phone_verification.arguments import SendArguments
from phone_verification.kinds import Operation
from phone_verification.task_ids import new_task_id
from tasks.claim import Claim, claim
from tasks.figures import Figures
from tasks.purge import count_old, old_before, oldest_left, purge_piece, remove_old
from tasks.services import Services
from tests.integration.statements.kept import (
    DAY,
    TTL,
    call,
    decision,
    put,
    put_many,
    rows_left,
    run,
    text,
    verification,
)
from tests.integration.statements.rows import OPEN_STATES, seconds_from_now

_OLD = 31 * DAY
_YOUNG = 29 * DAY
_ALL = dict.fromkeys(("task_runs", "verifications", "send_attempts", "provider_calls", "guard_decisions"), 1)
_NONE = dict.fromkeys(_ALL, 0)


def fill(database: Database, *, made: float) -> None:
    """One of everything, so many seconds old."""
    task_id, sid = f"run-{made:.0f}", f"VE-{made:.0f}"
    put(database, run(task_id, asked=made), verification(made=made, id=sid), text(sid, sent=made))
    put(database, call(task_id, made=made), decision(task_id, made=made))


@pytest.mark.parametrize(("made", "left"), [(_OLD, _NONE), (_YOUNG, _ALL)])
def test_what_is_older_than_the_retention_goes(
    database: Database, services: Services, made: float, left: dict[str, int]
) -> None:
    """Of every table, and what is younger stays in every table."""
    fill(database, made=made)

    piece = purge_piece(services)

    assert rows_left(database) == left
    assert piece.removed == Counter(_ALL) - Counter(left)
    assert piece.is_more is False


@pytest.mark.parametrize(("made", "left"), [(_OLD, 0), (_YOUNG, 1)])
def test_a_text_of_a_callers_own_words_goes_with_its_run(
    database: Database, services: Services, made: float, left: int
) -> None:
    """No verification takes it along; it is counted before, and told of while it is there."""
    put(database, run("a-message", asked=made, operation=Operation.MESSAGE))
    put(database, text(None, sent=made, task_id="a-message"))
    counted = count_old(database, old_before(database, retention_days=30))
    oldest = oldest_left(database)

    piece = purge_piece(services)

    assert rows_left(database) == {**_NONE, "task_runs": left, "send_attempts": left}
    assert counted == {**_NONE, "task_runs": 1 - left, "send_attempts": 1 - left}
    assert piece.removed["send_attempts"] == 1 - left
    assert oldest["send_attempts"] is not None


def test_a_run_that_is_not_done_stays(database: Database, services: Services) -> None:
    """However old it is: somebody was promised an answer."""
    put(
        database,
        *[
            run(f"run-{state}", asked=_OLD, state=state, phone_fingerprint=state.value)
            for state in OPEN_STATES
        ],
    )

    purge_piece(services)

    assert rows_left(database)["task_runs"] == len(OPEN_STATES)


def test_a_run_that_ended_lately_stays(database: Database, services: Services) -> None:
    """It waited for a worker for longer than the retention; its caller has not asked yet."""
    put(database, run("long-awaited", asked=_OLD, finished_at=seconds_from_now(-60)))

    purge_piece(services)

    assert rows_left(database)["task_runs"] == 1


def test_a_verification_that_has_not_expired_stays_with_its_texts(
    database: Database, services: Services
) -> None:
    """It is alive, whenever it was made."""
    put(database, verification(made=_OLD, ttl=_OLD + TTL, id="VE-alive"), text("VE-alive", sent=_OLD))

    purge_piece(services)

    assert rows_left(database) == {**_NONE, "verifications": 1, "send_attempts": 1}


def test_a_piece_takes_no_more_than_its_batches(database: Database, services: Services) -> None:
    """What is left it says, and leaves to the next; the oldest go first."""
    ages = [_OLD + n for n in range(10)]
    put(database, *[run(f"run-{n:03d}", asked=age) for n, age in enumerate(ages)])
    figures = Figures(purge_rows=2, purge_batches=3)

    piece = purge_piece(replace(services, figures=figures))

    assert (piece.removed, piece.is_more) == (Counter(task_runs=6), True)
    with database.transaction() as connection:
        left = connection.execute(select(TaskRun.task_id).order_by(TaskRun.task_id)).scalars().all()
    assert left == ["run-000", "run-001", "run-002", "run-003"]


def test_rows_of_one_moment_go_together(database: Database, services: Services) -> None:
    """A batch that ends between two of them is followed by one that begins with them."""
    put(database, run("run-first", asked=_OLD))
    same = select(TaskRun.created_at).where(TaskRun.task_id == "run-first").scalar_subquery()
    put(database, *[run(f"run-{n:03d}", asked=_OLD, created_at=same) for n in range(9)])

    purge_piece(replace(services, figures=Figures(purge_rows=2)))

    assert rows_left(database)["task_runs"] == 0


def test_a_worker_that_stops_ends_the_piece_it_is_at(database: Database, services: Services) -> None:
    """A shutdown waits for one batch of each table, not for a backlog."""
    put(database, *[run(f"run-{n:03d}", asked=_OLD) for n in range(10)])
    services.stopping.set()

    piece = purge_piece(replace(services, figures=Figures(purge_rows=2)))

    assert (piece.removed["task_runs"], piece.is_more) == (2, True)


def test_what_would_go_is_counted_and_stays(database: Database) -> None:
    """Counting removes nothing, and the oldest of each table is known before and after."""
    fill(database, made=_OLD)
    fill(database, made=_YOUNG)
    before = old_before(database, retention_days=30)

    counted = count_old(database, before)

    assert counted == Counter(_ALL)
    assert set(rows_left(database).values()) == {2}
    assert all(stamp is not None and stamp < before for stamp in oldest_left(database).values())


def test_the_oldest_row_of_an_empty_table_is_none(database: Database) -> None:
    """Nothing is not a date."""
    assert oldest_left(database) == dict.fromkeys(_ALL)


def test_two_purgers_share_the_work_without_waiting(postgres_database: Database) -> None:
    """What one has locked the other leaves out."""
    put(postgres_database, *[run(f"run-{n:03d}", asked=_OLD) for n in range(4)])
    names = {"since": datetime.fromisoformat("1970-01-01T00:00:00Z"), "limit": 2}
    names["before"] = old_before(postgres_database, 30)

    with postgres_database.transaction() as first, postgres_database.transaction() as second:
        taken = [{row.id for row in each.execute(KEPT[0].old, names)} for each in (first, second)]

    assert [len(ids) for ids in taken] == [2, 2]
    assert not taken[0] & taken[1]


_BACKLOG = 20_000
_PATIENCE_SECONDS = 1.0


def backlog(database: Database) -> None:
    """Tens of thousands of old rows, and some that must stay."""
    row = database.one(select(seconds_from_now(-_OLD)), {})
    assert row is not None
    old = row[0]
    run_of = {
        "operation": Operation.SEND,
        "state": "done",
        "arguments_fingerprint": "k1:a",
        "created_at": old,
    }
    run_of |= {"finished_at": old, "deadline_at": old}
    made = {"phone_masked": "+82*****5678", "country": "KR", "status": "pending"}
    made |= {"created_at": old, "expires_at": old}
    asked = {"epoch": 1, "endpoint": "start", "answer_class": "succeeded", "reason": "answered"}
    asked |= {"duration_ms": 1, "answered_at": old}
    everybody = range(_BACKLOG)
    put_many(
        database, TaskRun, [{**run_of, "task_id": f"r-{n}", "phone_fingerprint": str(n)} for n in everybody]
    )
    put_many(
        database, Verification, [{**made, "id": f"VE-{n}", "phone_fingerprint": str(n)} for n in everybody]
    )
    put_many(
        database,
        SendAttempt,
        [{"attempt_sid": f"VL-{n}", "verification_id": f"VE-{n}", "sent_at": old} for n in everybody],
    )
    put_many(database, ProviderCall, [{**asked, "task_id": f"r-{n}"} for n in everybody])


def remove_all(database: Database) -> None:
    """Remove everything that is old, as the command does."""
    before = old_before(database, 30)
    for kept in KEPT:
        for _ in remove_old(database, kept, before, rows=1000):
            pass


def test_claims_go_on_while_a_backlog_is_removed(database: Database, services: Services) -> None:
    """People are asking all the while: none waits for a batch, and what is young or open stays."""
    backlog(database)
    fill(database, made=_YOUNG)
    put(
        database,
        *[run(f"open-{state}", asked=_OLD, state=state, phone_fingerprint=state) for state in OPEN_STATES],
    )
    put(database, verification(made=_OLD, ttl=_OLD + TTL, id="VE-alive"))
    waits: list[float] = []

    with ThreadPoolExecutor(1) as pool:
        purge = pool.submit(remove_all, database)
        while not purge.done():
            began = time.monotonic()
            assert isinstance(asked_and_claimed(services, len(waits)), Claim)
            waits.append(time.monotonic() - began)
        purge.result()

    assert len(waits) > 20
    assert max(waits) < _PATIENCE_SECONDS
    assert rows_left(database) == {
        "task_runs": 1 + len(OPEN_STATES) + len(waits),
        "verifications": 2,
        "send_attempts": 1,
        "provider_calls": 1,
        "guard_decisions": 1,
    }


def asked_and_claimed(services: Services, person: int) -> object:
    """What a person waits for: a run is accepted and taken."""
    task_id, number = new_task_id(), f"010-{1000 + person // 10_000}-{person % 10_000:04d}"
    row = services.acceptance.row(Operation.SEND, task_id, SendArguments(phone_number=number))
    services.database.one(ACCEPT[services.database.dialect], row)
    return claim(services, Operation.SEND, task_id)
