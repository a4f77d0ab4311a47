"""The backlog: what has not ended, what of it is due, and for how long."""

import re
from typing import Any

import pytest
from sqlalchemy import event, insert
from structlog.testing import capture_logs

from models.backlog import BACKLOG
from models.database import Database, open_database
from models.task_run import TaskRun
from phone_verification.database_clock import now
from phone_verification.kinds import Operation, RunState
from phone_verification.task_ids import new_task_id
from tasks.services import Services
from tests.integration.bundle import make_services
from tests.integration.statements.rows import OPEN_STATES, Runs, seconds_from_now
from worker.demo.redis_server import free_port
from worker.metrics.backlog import BacklogLook
from worker.metrics.standing import Standing


def told(services: Services, look: BacklogLook) -> dict[tuple[str, str], dict[str, float]]:
    """What a scrape tells: by metric and operation, by state."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for family in Standing(lambda: services, look).collect():
        for sample in family.samples:
            name = sample.name.removeprefix("phone_verification_")
            of = found.setdefault((name, sample.labels.get("operation", "")), {})
            of[sample.labels.get("state", "")] = sample.value
    return found


def test_a_run_is_due_when_its_time_has_come_and_nobody_holds_it(runs: Runs, services: Services) -> None:
    """The oldest counts from its own time; one that is held or waits is unfinished, and not due."""
    for age, state in ((40, RunState.ACCEPTED), (7, RunState.WAITING)):
        runs.put(state, phone_fingerprint=f"k1:{age}", not_before=seconds_from_now(-age))
    runs.put(RunState.CALLING, phone_fingerprint="k1:held", not_before=seconds_from_now(10))
    runs.put(RunState.WAITING, phone_fingerprint="k1:waits", not_before=seconds_from_now(10))
    runs.put(RunState.DONE, Operation.CHECK, not_before=seconds_from_now(-99))
    look = BacklogLook()

    look.look(services)

    now_told = told(services, look)
    assert now_told["due_runs", "send"] == {"": 2}
    assert 40 <= now_told["queue_age_seconds", "send"][""] < 60
    assert now_told["unfinished_runs", "send"] == {
        "accepted": 1,
        "calling": 1,
        "waiting": 2,
        "ambiguous": 0,
        "settling": 0,
    }
    assert now_told["due_runs", "check"] == now_told["queue_age_seconds", "check"] == {"": 0}
    assert now_told["database_up", ""] == {"": 1}


def test_an_empty_table_is_told_as_nothing_to_do(services: Services, runs: Runs) -> None:
    """Zeros, not absence: an alert on absence is for a worker that is gone."""
    look = BacklogLook()

    look.look(services)

    for operation in Operation:
        assert told(services, look)["unfinished_runs", operation] == dict.fromkeys(OPEN_STATES, 0)


def test_a_database_that_is_away_leaves_no_backlog_standing(services: Services, runs: Runs) -> None:
    """What was true before is not told again; said once, and the next look that is answered makes good."""
    away = make_services(
        open_database(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none"),
        services.figures,
        services.ring,
        services.gateway,
    )
    look = BacklogLook()
    look.look(services)
    with capture_logs() as lines:
        look.look(away)
        look.look(away)

    during = told(services, look)
    look.look(services)
    after = told(services, look)

    assert during["database_up", ""] == {"": 0}
    assert ("unfinished_runs", "send") not in during
    assert [line["event"] for line in lines] == ["metrics.backlog_unread"]
    assert after["database_up", ""] == {"": 1}
    assert ("unfinished_runs", "send") in after


def test_before_the_first_look_nothing_is_claimed(services: Services) -> None:
    """A worker that has just started does not know yet."""
    at_first = told(services, BacklogLook())

    assert ("database_up", "") not in at_first
    assert at_first["send_slots", ""][""] >= 1


@pytest.mark.parametrize("done", [3_000])
def test_a_look_reads_what_is_open_and_not_the_whole_table(database: Database, done: int) -> None:
    """Runs that ended stay for a month: a look must not read them all."""
    rows = [
        {
            "task_id": new_task_id(),
            "operation": Operation.SEND,
            "state": RunState.DONE,
            "arguments_fingerprint": "k1:arguments",
        }
        for _ in range(done)
    ]
    with database.transaction() as connection:
        connection.execute(insert(TaskRun).values(deadline_at=now()), rows)
    with database.autocommit.connect() as connection:
        connection.exec_driver_sql("ANALYZE task_runs")

    plan = _plan(database)

    assert re.search(r"ix_task_runs_(ring_at|deadline_at)", plan), plan
    assert not re.search(r"Seq Scan|SCAN task_runs(?! USING INDEX ix_task_runs_(ring|deadline)_at)", plan), (
        plan
    )


def _plan(database: Database) -> str:
    """How the database would go about it, given exactly what it is given."""
    explain = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
    said: list[Any] = []
    with database.transaction() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2:4]))
        connection.execute(BACKLOG)
        words, values = said[0]
        rows = connection.exec_driver_sql(f"{explain} {words}", values).all()
    return "\n".join(str(row[-1]) for row in rows)
