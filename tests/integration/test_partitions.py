"""docs/scaling.md turns a table into partitions and gives KEDA a user: what it says works, on PostgreSQL."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import func, insert, make_url, select, text

from models import ProviderCall, schema
from models.database import Database, open_database
from models.retention import KEPT
from models.schema import upgrade
from phone_verification.database_clock import now_plus
from phone_verification.kinds import RunState
from tasks.purge import old_before, remove_old
from tests.integration.statements.rows import Runs, seconds_from_now

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "scaling.md").read_text(), re.DOTALL)
PARTITIONS, A_MONTH, AFTER_IT, DUE, USER = BLOCKS


@pytest.fixture
def opened(fresh_postgres: str) -> Iterator[Database]:
    """A database with the tables of this version."""
    database = open_database(fresh_postgres)
    upgrade(database.engine)
    yield database
    database.dispose()


def run(database: Database, block: str) -> None:
    """Run what the page prints, statement by statement; it says itself what is one transaction."""
    with database.autocommit.connect() as connection:
        for statement in re.sub(r"--.*", "", block).split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)


def add_calls(database: Database, *ages: float) -> None:
    """Note calls that were answered so many seconds ago."""
    with database.transaction() as connection:
        for age in ages:
            connection.execute(
                insert(ProviderCall).values(
                    task_id="a-task-id",
                    epoch=1,
                    endpoint="start",
                    answer_class="succeeded",
                    reason="answered",
                    duration_ms=200,
                    answered_at=now_plus(-age),
                )
            )


def calls(database: Database) -> int:
    """How many calls are noted."""
    with database.transaction() as connection:
        return connection.scalar(select(func.count()).select_from(ProviderCall)) or 0


def test_the_audit_trail_by_month_keeps_its_rows_and_its_purge(opened: Database) -> None:
    """What was there is there, new calls get new ids, `db check` is content, and old rows go."""
    old = timedelta(days=40).total_seconds()
    add_calls(opened, 10, old)

    run(opened, PARTITIONS)
    run(opened, A_MONTH)
    add_calls(opened, 5)

    assert calls(opened) == 3
    assert schema.differences(opened.engine) == []
    assert schema.upgrade(opened.engine) == schema.newest_revision()
    [of_calls] = [kept for kept in KEPT if ProviderCall.__tablename__ in kept.deletes]
    removed = list(remove_old(opened, of_calls, old_before(opened, 30), rows=10))
    assert removed == [{"provider_calls": 1}]
    assert calls(opened) == 2


def test_a_month_holds_its_calls_and_takes_them_along(opened: Database) -> None:
    """Dropped in an instant, with nothing else."""
    run(opened, PARTITIONS)
    run(opened, A_MONTH)
    with opened.transaction() as connection:
        inside = text("'2031-01-15'::timestamptz")
        connection.execute(
            insert(ProviderCall).values(
                task_id="a-task-id",
                epoch=1,
                endpoint="start",
                answer_class="succeeded",
                reason="answered",
                duration_ms=200,
                answered_at=inside,
            )
        )
        month = connection.exec_driver_sql("SELECT count(*) FROM partitions.provider_calls_2031_01").scalar()
    add_calls(opened, 5)

    run(opened, AFTER_IT)

    assert month == 1
    assert calls(opened) == 1


def test_runs_cannot_be_partitioned_and_the_page_says_why(opened: Database) -> None:
    """PostgreSQL itself refuses the key and the locks."""
    with (
        opened.autocommit.connect() as connection,
        pytest.raises(Exception, match="must include all partitioning columns"),
    ):
        connection.exec_driver_sql(
            "CREATE TABLE by_month (task_id text PRIMARY KEY, created_at timestamptz)"
            " PARTITION BY RANGE (created_at)"
        )


def test_keda_asks_for_what_is_due_and_sees_nothing_else(opened: Database, fresh_postgres: str) -> None:
    """The query is the manifest's; its user reads two columns."""
    manifest = ROOT / "deploy" / "kubernetes" / "keda" / "scaledobject.yaml"
    [query] = [
        one["spec"]["triggers"][0]["metadata"]["query"]
        for one in yaml.safe_load_all(manifest.read_text())
        if one["kind"] == "ScaledObject"
    ]
    assert query == DUE.strip()
    runs = Runs(opened)
    runs.put(RunState.WAITING, phone_fingerprint="k1:due", not_before=seconds_from_now(-5))
    runs.put(RunState.WAITING, phone_fingerprint="k1:not yet", not_before=seconds_from_now(60))
    runs.put(RunState.CALLING, phone_fingerprint="k1:held", not_before=seconds_from_now(10))
    runs.put(RunState.DONE, phone_fingerprint="k1:done", not_before=seconds_from_now(-5))
    run(opened, USER)
    as_keda = make_url(fresh_postgres).set(username="keda", password="CHANGE-ME")
    keda = open_database(as_keda.render_as_string(hide_password=False))
    try:
        with keda.autocommit.connect() as connection:
            assert connection.exec_driver_sql(query).scalar() == 1
            with pytest.raises(Exception, match="permission denied"):
                connection.exec_driver_sql("SELECT phone_masked FROM task_runs")
    finally:
        keda.dispose()
        run(opened, "DROP OWNED BY keda; DROP ROLE keda")
