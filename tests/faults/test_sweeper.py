"""The sweeper: paused, doubled, and as the only one who rings."""

from pydantic import SecretStr

from phone_verification.kinds import Operation, Outcome
from phone_verification.task_ids import new_task_id
from tests.faults.case import Case
from tests.faults.judge import keeps_its_promises
from tests.faults.points import Point, held_at, prepare
from worker.bootstrap import make_client
from worker.demo.redis_server import free_port


def test_sweeper_paused_for_ten_minutes(case: Case) -> None:
    """Everybody sleeps past every deadline: on waking each run ends at once, and nothing is sent late."""
    crew, number = case.stage.crew, case.stage.new_number()
    handle, code = case.sent(number)
    wish = prepare(case, Operation.SEND)
    with held_at(case, wish, Point.ACCEPTED):
        sleeper = crew.freeze()
        late = case.stage.new_number()
        case.send(late)
        case.check(code, number, handle, is_right=True)
        case.lasting(600)
    crew.thaw(sleeper)

    keeps_its_promises(case)
    assert case.texts(late) == 0


def test_two_sweepers(case: Case) -> None:
    """Two sweepers over one table: what one rings for and ends, the other leaves alone."""
    stage = case.stage
    stage.crew.hire()
    frozen = [stage.crew.freeze(), stage.crew.freeze()]
    for _ in range(20):
        case.send(stage.new_number())
    stage.broker.wipe()
    for worker in frozen:
        stage.crew.thaw(worker)

    assert {case.result(intent.task_id).outcome for intent in case.intents} == {Outcome.SENT}
    keeps_its_promises(case)


def test_crash_between_commit_and_publish(case: Case) -> None:
    """The caller dies after its commit: nobody rang, and the text leaves all the same."""
    stage, number, task_id = case.stage, case.stage.new_number(), new_task_id()
    stage.timeline.note("committed, never published")
    settings = stage.settings.model_copy(
        update={"celery_broker_url": SecretStr(f"redis://127.0.0.1:{free_port()}/0")}
    )
    with make_client(settings, stage.figures) as client:
        client.send(number, task_id=task_id)
    case.note_send(task_id, number)

    assert case.result(task_id).outcome is Outcome.SENT
    keeps_its_promises(case)
