"""Redis killed, wiped, frozen, full; and a result backend that is away."""

from collections.abc import Iterator

import pytest

from phone_verification.kinds import Operation, PollState
from phone_verification.task_ids import new_task_id
from tests.faults.broker import Broker
from tests.faults.case import Case
from tests.faults.judge import keeps_its_promises
from tests.faults.open_door import knock
from tests.faults.points import OPERATIONS, Point, held_at, prepare
from tests.faults.timeline import Timeline
from worker.demo.redis_server import redis_server
from worker.demo.waiting import wait_until

EITHER = pytest.mark.parametrize("operation", OPERATIONS)


@pytest.fixture
def results() -> Iterator[Broker]:
    """A Redis for results alone."""
    with redis_server() as server:
        yield Broker(server, Timeline())


@EITHER
@pytest.mark.parametrize("point", list(Point))
def test_redis_killed_and_restarted(case: Case, operation: Operation, point: Point) -> None:
    """A broker that crashes at any point costs nobody anything, and the worker outlives it."""
    wish = prepare(case, operation)

    with held_at(case, wish, point):
        case.stage.broker.restart()

    keeps_its_promises(case)
    assert case.stage.crew.working() == 1


def test_redis_killed_under_a_partly_busy_worker(case: Case) -> None:
    """One message unacknowledged and one thread listening: a stock worker exits here."""
    hold = case.fault("hold", "start", when="before")
    case.send(case.stage.new_number())
    case.stage.phone.wait_held(hold)

    for _ in range(3):
        case.stage.broker.restart()
    case.stage.phone.release(hold)

    keeps_its_promises(case)
    assert case.stage.crew.working() == 1


def test_redis_wiped_with_messages_waiting(case: Case) -> None:
    """A queue that forgets loses no accepted run."""
    worker = case.stage.crew.freeze()
    for _ in range(5):
        case.send(case.stage.new_number())

    case.stage.broker.wipe()
    case.stage.crew.thaw(worker)

    keeps_its_promises(case)


@EITHER
def test_redis_wiped_during_a_call(case: Case, operation: Operation) -> None:
    """A run that was claimed needs no broker to end."""
    wish = prepare(case, operation)

    with held_at(case, wish, Point.ACCEPTED):
        case.stage.broker.wipe()

    keeps_its_promises(case)


def test_redis_frozen_for_a_minute(case: Case) -> None:
    """A broker that answers nobody delays; it neither loses nor doubles."""
    number = case.stage.new_number()
    handle, code = case.sent(number)

    with case.stage.broker.frozen():
        case.send(case.stage.new_number())
        case.check(code, number, handle, is_right=True)
        case.lasting(60)

    keeps_its_promises(case)


def test_a_message_lost_between_two_commands(case: Case) -> None:
    """Redis gave the message away, the worker died before it wrote that down: the sweeper rings."""
    worker = case.stage.crew.freeze()
    case.send(case.stage.new_number())

    case.stage.crew.kill(worker)
    case.stage.crew.hire()

    keeps_its_promises(case)


def test_an_open_door_message_lost_between_two_commands(case: Case) -> None:
    """Before its claim the open door is as durable as Redis: not found, and the same id again is safe."""
    number, task_id = case.stage.new_number(), new_task_id()
    worker = case.stage.crew.freeze()
    knock(case, Operation.SEND, task_id, phone_number=number)
    case.stage.crew.kill(worker)
    case.stage.crew.hire()
    assert case.stage.client.status(task_id).state is PollState.NOT_FOUND

    for _ in range(2):
        knock(case, Operation.SEND, task_id, phone_number=number)
    case.note_send(task_id, number)
    wait_until(
        lambda: case.stage.client.status(task_id).is_done, "the second message is answered", seconds=30
    )

    keeps_its_promises(case)


def test_redis_at_maxmemory(case: Case) -> None:
    """A broker that refuses every write serves again as soon as it has room."""
    number = case.stage.new_number()
    handle, code = case.sent(number)

    with case.stage.broker.full():
        case.send(case.stage.new_number())
        case.check(code, number, handle, is_right=True)
        case.lasting(15)

    keeps_its_promises(case)
    assert case.stage.crew.working() == 1


@pytest.mark.parametrize("way", ["frozen", "killed"])
def test_result_backend_away(case: Case, results: Broker, way: str) -> None:
    """Results that nobody can store cost no thread: as many tasks as threads, and one more."""
    crew = case.stage.crew
    crew.kill()
    crew.hire(CELERY_RESULT_BACKEND=results.server.url(), CELERY_BROKER_URL=case.stage.broker.server.url())
    case.stage.timeline.note(f"result backend {way}")
    if way == "killed":
        results.server.kill()
        _open_wishes(case, crew.concurrency + 1)
        case.lasting(30)
        results.server.start()
    else:
        with results.frozen():
            _open_wishes(case, crew.concurrency + 1)
            case.lasting(30)

    keeps_its_promises(case)


def _open_wishes(case: Case, count: int) -> None:
    """Ask through the open door, and see that each is in the table."""
    for _ in range(count):
        number, task_id = case.stage.new_number(), new_task_id()
        knock(case, Operation.SEND, task_id, phone_number=number)
        case.note_send(task_id, number)
    wait_until(
        lambda: all(
            case.stage.client.status(intent.task_id).state is not PollState.NOT_FOUND
            for intent in case.intents
        ),
        "every wish is claimed",
        seconds=60,
    )
