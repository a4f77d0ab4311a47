"""Workers killed, frozen and sent home at every point of a run."""

import pytest

from phone_verification.kinds import Operation
from tests.faults.case import Case
from tests.faults.judge import keeps_its_promises
from tests.faults.points import OPERATIONS, Point, held_at, prepare
from worker.demo.waiting import wait_until

EITHER = pytest.mark.parametrize("operation", OPERATIONS)
POINTS = pytest.mark.parametrize("point", list(Point))


@EITHER
@POINTS
def test_worker_kill_9(case: Case, operation: Operation, point: Point) -> None:
    """A worker that dies at any point loses nothing and doubles nothing."""
    wish = prepare(case, operation)

    with held_at(case, wish, point):
        case.stage.crew.kill()
    case.stage.crew.hire()

    keeps_its_promises(case)


@EITHER
@POINTS
def test_worker_frozen_past_its_lease(case: Case, operation: Operation, point: Point) -> None:
    """A worker that wakes after another took its run over does no harm."""
    wish, crew = prepare(case, operation), case.stage.crew

    with held_at(case, wish, point) as task_id:
        frozen = crew.freeze()
        if point not in (Point.UNCLAIMED, Point.RECORDED):
            crew.hire()
            wait_until(lambda: case.is_out_of_hand(task_id), "the lease is over", seconds=20)
    crew.become(1, keeping=frozen)
    wait_until(lambda: case.is_out_of_hand(task_id), "the lease is over", seconds=20)
    crew.thaw(frozen)
    case.lasting(10)

    keeps_its_promises(case)


@pytest.mark.parametrize("point", [Point.UNCLAIMED, Point.CLAIMED])
def test_worker_frozen_until_its_run_is_over(case: Case, point: Point) -> None:
    """A worker that wakes with a claim in hand, after another has sent, sends nothing."""
    wish, crew = prepare(case, Operation.SEND), case.stage.crew

    with held_at(case, wish, point) as task_id:
        frozen = crew.freeze()
    crew.hire()
    case.result(task_id)
    crew.thaw(frozen)
    # As long as a call may take: what it would send has left by then.
    case.lasting(10)

    keeps_its_promises(case)


def test_worker_sigterm_under_load(case: Case) -> None:
    """A worker told to end finishes or hands back what it has, within the grace time."""
    stage = case.stage
    stage.phone.switch(latency_seconds=0.3)
    for _ in range(12):
        case.send(stage.new_number())
    worker = stage.crew.first()

    stage.crew.send_home()
    stage.crew.hire()

    assert worker.process.returncode == 0
    keeps_its_promises(case)


def test_worker_sigterm_and_then_kill_9(case: Case) -> None:
    """A grace time that is too short is an ordinary fault."""
    stage = case.stage
    hold = case.fault("hold", "start", when="after")
    case.send(stage.new_number())
    stage.phone.wait_held(hold)
    worker = stage.crew.first()

    stage.timeline.note("worker SIGTERM")
    worker.process.terminate()
    stage.crew.kill(worker)
    stage.phone.release(hold, drop=True)
    stage.crew.hire()

    keeps_its_promises(case)
