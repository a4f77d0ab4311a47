"""Workers killed, frozen and sent home at every point of a run."""

import pytest

from phone_verification.kinds import Operation
from tests.faults.case import Case
from tests.faults.points import Point, held_at, prepare
from worker.demo.waiting import wait_until

OPERATIONS = pytest.mark.parametrize("operation", list(Operation))
POINTS = pytest.mark.parametrize("point", list(Point))


@OPERATIONS
@POINTS
def test_worker_kill_9(case: Case, operation: Operation, point: Point) -> None:
    """A worker that dies at any point loses nothing and doubles nothing."""
    wish = prepare(case, operation)

    with held_at(case, wish, point):
        case.stage.crew.kill()
    case.stage.crew.hire()

    case.keeps_its_promises()
