"""The image at work: it verifies a number, and outlives what happens to containers."""

from typing import Final

from pytest_celery import CeleryTestWorker

from phone_verification.kinds import Operation, Outcome
from phone_verification.queues import QUEUES, TASK_NAMES
from tests.smoke.backend import Backend, e164
from worker.demo.waiting import wait_until

_NUMBER: Final = "010-1234-5678"
_RESULT_SECONDS: Final = 20


def numbers(group: int) -> list[str]:
    """Eight numbers of a test's own: the database remembers the others'."""
    return [f"010-{group}-{place:04d}" for place in range(8)]


def has_ended(worker: CeleryTestWorker) -> bool:
    """Whether the container's first process is gone."""
    worker.container.reload()
    return bool(worker.container.status == "exited")


def test_a_number_is_verified(backend: Backend) -> None:
    """Through the durable door, and with the other through Celery's own client."""
    handle = backend.client.send(_NUMBER)
    assert backend.result(handle).outcome is Outcome.SENT

    code = backend.phone.code(e164(_NUMBER))
    checked = backend.setup.app.send_task(
        TASK_NAMES[Operation.CHECK],
        kwargs={"phone_number": _NUMBER, "code": code, "verification_id": handle},
        queue=QUEUES[Operation.CHECK],
    )

    assert checked.get(timeout=_RESULT_SECONDS)["outcome"] == "approved"
    assert backend.phone.sent() == 1


def test_a_killed_worker_loses_and_doubles_nothing(backend: Backend) -> None:
    """Two calls are under way, and one of them has sent its text; others are done, or wait in Redis."""
    worker = backend.setup.worker
    before = backend.phone.fault("hold", "start", when="before")
    after = backend.phone.fault("hold", "start", when="after")
    sends = {number: backend.client.send(number) for number in numbers(7701)}
    backend.phone.wait_held(before)
    backend.phone.wait_held(after)

    worker.kill()
    for held in (before, after):
        backend.phone.release(held, drop=True)
    worker.restart()

    backend.assert_each_got_one(sends)


def test_a_killed_redis_loses_and_doubles_nothing(backend: Backend) -> None:
    """Accepted before and while it is away; the worker stays healthy, and goes on by itself."""
    worker, redis = backend.setup.worker, backend.setup.broker
    held = backend.phone.fault("hold", "start", times=2)
    first, second, third = (numbers(7702)[place : place + 3] for place in (0, 3, 6))
    sends = {number: backend.client.send(number) for number in first}
    backend.phone.wait_held(held, count=2)

    redis.kill()
    backend.phone.release(held)
    sends |= {number: backend.client.send(number) for number in second}
    assert worker.container.ask_health() == (0, "healthy")
    redis.restart()
    sends |= {number: backend.client.send(number) for number in third}

    backend.assert_each_got_one(sends)
    worker.container.reload()
    assert worker.container.status == "running"
    assert worker.container.attrs["RestartCount"] == 0


def test_a_stop_finishes_what_is_under_way(backend: Backend) -> None:
    """SIGTERM to the container's first process, with no init before it: exit 0, and nothing is doubled."""
    worker = backend.setup.worker
    held = backend.phone.fault("hold", "start", times=2)
    sends = {number: backend.client.send(number) for number in numbers(7703)}
    backend.phone.wait_held(held, count=2)

    worker.kill(signal="SIGTERM")
    worker.wait_for_log("Warm shutdown", timeout=10)
    backend.phone.release(held)
    wait_until(
        lambda: worker.container.reload() or worker.container.status == "exited", "it ends", seconds=20
    )

    assert worker.container.attrs["State"]["ExitCode"] == 0
    worker.restart()
    backend.assert_each_got_one(sends)
