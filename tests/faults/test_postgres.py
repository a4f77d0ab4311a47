"""PostgreSQL restarted at every point, locked, and away."""

import pytest

from phone_verification.kinds import Operation
from tests.faults.case import Case
from tests.faults.judge import keeps_its_promises
from tests.faults.points import OPERATIONS, Point, held_at, prepare


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("point", list(Point))
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgres_restarted(case: Case, operation: Operation, point: Point, mode: str) -> None:
    """A database that ends its sessions, or crashes, at any point costs no run and no second text."""
    wish = prepare(case, operation)

    with held_at(case, wish, point):
        case.stage.restart_database(mode)

    keeps_its_promises(case)
    assert case.stage.crew.working() == 1


@pytest.mark.parametrize("table", ["task_runs", "verifications"])
def test_postgres_locked_for_half_a_minute(case: Case, table: str) -> None:
    """Statements that wait for a lock give up, and the runs go on when it is gone."""
    number = case.stage.new_number()
    handle, code = case.sent(number)
    hold = case.fault("hold", "start", when="after")
    case.send(case.stage.new_number())
    case.stage.phone.wait_held(hold)
    case.check(code, number, handle, is_right=True)

    with case.stage.table_locked(table):
        case.stage.phone.release(hold)
        case.lasting(30)
    case.send(case.stage.new_number())

    keeps_its_promises(case)


def test_postgres_away_for_a_minute(case: Case) -> None:
    """Workers outlive it, nothing is acknowledged and forgotten, and what Twilio did is not done again."""
    number = case.stage.new_number()
    handle, code = case.sent(number)
    hold = case.fault("hold", "start", when="after")
    case.send(case.stage.new_number())
    case.stage.phone.wait_held(hold)
    case.check(code, number, handle, is_right=True)

    with case.stage.database_away():
        case.stage.phone.release(hold)
        case.lasting(60)
    case.send(case.stage.new_number())

    keeps_its_promises(case)
    assert case.stage.crew.working() == 1
