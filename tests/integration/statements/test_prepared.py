"""PostgreSQL's short way for a statement that stands alone: like SQLAlchemy's own, but for its time."""

import importlib
import pkgutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import (
    Executable,
    String,
    Text,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.sql.elements import ColumnElement

import models
from models.claims import CLAIM
from models.database import Database
from models.task_run import TaskRun
from phone_verification.kinds import Operation, RunState
from tests.integration.statements.rows import Runs
from worker.demo.waiting import wait_until

EVERYTHING = select(*TaskRun.__table__.c).where(TaskRun.task_id == bindparam("run"))
PREPARED = (
    select(column("statement", Text))
    .select_from(text("pg_prepared_statements"))
    .where(column("statement", Text).contains(bindparam("part", "task_runs.task_id !=", String)))
)
AMONG = select(TaskRun.task_id).where(TaskRun.task_id.in_(bindparam("runs", expanding=True)))


def statements() -> Iterator[tuple[str, Executable]]:
    """Every statement of `models` that has a name of its own, in PostgreSQL's words."""
    for module in pkgutil.iter_modules(models.__path__, "models."):
        if module.name == "models.migrations":
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            spoken = value.get("postgresql") if isinstance(value, dict) else value
            is_part = name.startswith("_") or isinstance(spoken, ColumnElement | type)
            if isinstance(spoken, Executable) and not is_part and hasattr(spoken, "compile"):
                yield f"{module.name} {name}", spoken


ALL = {name: value for name, value in statements() if not str(type(value)).count("TextClause")}


@pytest.fixture
def table(postgres_database: Database) -> Runs:
    """The table of runs in PostgreSQL."""
    return Runs(postgres_database)


def backend_of(database: Database) -> int:
    """Say which process of the server's answers."""
    row = database.one(select(func.pg_backend_pid()), {})
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("name", ALL)
def test_postgresql_understands_every_statement(postgres_database: Database, name: str) -> None:
    """Types that no cast and no column tells are told."""
    prepared = postgres_database.prepared
    assert prepared is not None

    prepared.prepare(ALL[name])


def test_there_are_statements_to_be_understood() -> None:
    """The search for them finds what it is for."""
    assert {"models.claims CLAIM", "models.records_at_once RECORD_AT_ONCE"} <= ALL.keys()
    assert len(ALL) > 50


def test_a_row_is_read_as_sqlalchemy_reads_it(table: Runs) -> None:
    """Members of closed sets, instants in UTC, JSON, nulls: by name, by place and as a mapping."""
    task_id = table.put(RunState.DONE, result={"a": [1, None, "ä"]}, country=None)

    short = table.database.one(EVERYTHING, {"run": task_id})
    with table.database.transaction() as connection:
        usual = connection.execute(EVERYTHING, {"run": task_id}).one()

    assert short is not None
    assert short == usual
    assert short._mapping == usual._mapping  # noqa: SLF001 - SQLAlchemy's public name
    assert (short.operation, short.state) == (Operation.SEND, RunState.DONE)
    assert isinstance(short.operation, Operation)
    assert short.created_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "value", [True, False, 0, -7, 2**40, 0.1, -1e300, float("inf"), "", "ä'\"\\%s $1 :x", "\n\t", None]
)
def test_a_value_arrives_as_it_was(postgres_database: Database, value: Any) -> None:
    """Whatever it holds; nothing in it is SQL."""
    kind = literal(value).type if value is not None else String()

    row = postgres_database.one(select(bindparam("given", type_=kind).label("told")), {"given": value})

    assert row is not None
    assert row.told == value
    assert type(row.told) is type(value)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9])
def test_lists_of_any_length_are_looked_among(table: Runs, count: int) -> None:
    """An empty one holds nothing."""
    ids = [table.put() for _ in range(count)]
    table.put()

    assert {row.task_id for row in table.database.all(AMONG, {"runs": ids})} == set(ids)


def test_a_text_with_a_nul_is_refused_without_being_repeated(postgres_database: Database) -> None:
    """The library below would take it for the end, and write half of it."""
    with pytest.raises(DataError) as refused:
        postgres_database.all(AMONG, {"runs": ["private\0half"]})

    assert "private" not in str(refused.value)


def test_a_missing_value_is_no_null(postgres_database: Database) -> None:
    """A mistake in a name must not look for nothing, or write it."""
    with pytest.raises(KeyError):
        postgres_database.one(EVERYTHING, {"runn": "x"})


def test_a_broken_rule_is_sqlalchemys_error(table: Runs) -> None:
    """The class that tasks catch; the values are in nothing that it says of the statement."""
    task_id = table.put()
    again = insert(TaskRun).from_select(
        list(TaskRun.__table__.c.keys()), select(*TaskRun.__table__.c).where(TaskRun.task_id == task_id)
    )

    with pytest.raises(IntegrityError) as broken:
        table.database.count(again, {})

    assert isinstance(broken.value.orig, psycopg.errors.UniqueViolation)
    assert not broken.value.connection_invalidated
    assert task_id not in str(broken.value).partition("[SQL:")[2]
    assert table.database.one(EVERYTHING, {"run": task_id}) is not None


def test_changed_rows_are_counted(table: Runs) -> None:
    """Of an UPDATE and of one that met nothing."""
    table.put(), table.put()
    everyone = update(TaskRun).values(country="KR")

    assert table.database.count(everyone, {}) == 2
    assert table.database.count(everyone.where(TaskRun.task_id == "nobody"), {}) == 0


def test_a_connection_that_was_cut_is_said_to_be_and_replaced(postgres_database: Database) -> None:
    """The statement after it runs on another; those that are as old are not tried first."""
    database = postgres_database
    with pytest.raises(OperationalError) as cut:
        database.one(select(func.pg_terminate_backend(func.pg_backend_pid())), {})

    assert cut.value.connection_invalidated
    assert backend_of(database)


def test_what_was_dropped_is_prepared_again(postgres_database: Database) -> None:
    """A pooler or an administrator may drop it: the statement was not run, and is."""
    assert postgres_database.all(AMONG, {"runs": ["x"]}) == []
    with postgres_database.autocommit.connect() as connection:
        connection.exec_driver_sql("DEALLOCATE ALL")

    assert postgres_database.all(AMONG, {"runs": ["x"]}) == []


def test_a_column_that_was_widened_is_read_on(table: Runs) -> None:
    """A migration may run beside a worker: the plan that it made is of the table as it was."""
    task_id = table.put()
    with table.database.transaction() as connection:
        connection.execute(text("ALTER TABLE task_runs ALTER COLUMN country TYPE varchar(99)"))
    pids = {backend_of(table.database)}
    assert table.database.one(EVERYTHING, {"run": task_id}) is not None
    with table.database.transaction() as connection:
        connection.execute(text("ALTER TABLE task_runs ALTER COLUMN country TYPE varchar(100)"))

    row = table.database.one(EVERYTHING, {"run": task_id})

    assert row is not None
    assert row.country == "KR"
    assert pids == {backend_of(table.database)}


def test_a_list_of_another_length_is_seldom_another_statement(table: Runs) -> None:
    """Each is kept by every connection for good."""
    counted = select(func.count().label("n")).select_from(text("pg_prepared_statements"))
    before = table.database.one(counted, {})
    for length in range(1, 60):
        table.database.all(AMONG, {"runs": ["x"] * length})

    after = table.database.one(counted, {})
    assert before is not None
    assert after is not None
    assert after.n - before.n <= 7


def test_a_transaction_that_is_rolled_back_drops_nothing(postgres_database: Database) -> None:
    """A driver that prepares by itself would drop all, and every statement would be lost once."""
    counted = select(func.count().label("n")).select_from(text("pg_prepared_statements"))
    assert postgres_database.all(AMONG, {"runs": ["x"]}) == []
    for _ in range(8):
        with postgres_database.engine.connect() as connection, connection.begin() as transaction:
            connection.execute(AMONG, {"runs": ["x"]})
            transaction.rollback()

    row = postgres_database.one(counted, {})
    assert row is not None
    assert row.n > 0


def test_all_that_are_as_old_as_a_lost_connection_are_given_up(postgres_database: Database) -> None:
    """A server that restarted has lost them all: one statement is lost on it, and not one on each."""
    database, pids = postgres_database, set()
    meeting = threading.Barrier(5)

    def ask(*, is_last: bool = False) -> None:
        with database.autocommit.connect() as connection:
            pids.add(connection.execute(select(func.pg_backend_pid())).scalar_one())
            meeting.wait()
        if not is_last:
            meeting.wait()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    ask()
    for thread in threads:
        thread.join()
    with psycopg.connect(database.engine.url.render_as_string().replace("+psycopg", "")) as other:
        for pid in pids:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    lost = 0
    for _ in range(10):
        try:
            backend_of(database)
        except DBAPIError as error:
            assert error.connection_invalidated  # noqa: PT017 - the others are the point
            lost += 1

    assert lost <= 1


def test_others_go_on_while_a_statement_waits(table: Runs) -> None:
    """The interpreter's lock is given up for as long as PostgreSQL takes."""
    task_id = table.put()
    claim = {"run": task_id, "as_operation": Operation.SEND, "lease_seconds": 9.0, "tail_seconds": 5.0}
    waiting = threading.Thread(target=lambda: table.database.one(CLAIM, claim))
    counted = 0
    with table.database.transaction() as connection:
        connection.execute(text("SELECT 1 FROM task_runs WHERE task_id = :run FOR UPDATE"), {"run": task_id})
        waiting.start()
        wait_until(lambda: _waits_for_a_lock(table.database), "the claim waits", seconds=2)
        while counted < 20:
            counted += backend_of(table.database) > 0
        assert waiting.is_alive()
    waiting.join()

    assert table.read(task_id).state is RunState.CALLING


def _waits_for_a_lock(database: Database) -> bool:
    found = database.one(
        text("SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"), {}
    )
    return found is not None and bool(found[0])


def test_a_plan_for_all_values_knows_the_states_that_a_statement_names(table: Runs) -> None:
    """An index for some states alone serves it; otherwise large tables cost a new plan for each run."""
    due = select(TaskRun.task_id).where(
        TaskRun.state.in_([RunState.ACCEPTED, RunState.WAITING]), TaskRun.task_id != "nobody's"
    )
    table.put(RunState.WAITING)

    def on_a_connection() -> Any:
        table.database.all(due, {})
        return table.database.one(PREPARED, {})

    prepared = wait_until(on_a_connection, "one connection was lent for both", seconds=10)

    assert "'waiting'" in prepared.statement
    assert "nobody's" not in prepared.statement
