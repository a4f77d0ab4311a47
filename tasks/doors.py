"""The Celery tasks: doors, not rooms.

Lives here: reading a message, and saying a run's reply in Celery's words. An id alone goes on with a
row (the durable door, and every retry); arguments are a message of the open door.
"""

import time
from typing import Any, Final, NoReturn

import structlog
from celery import Task, shared_task
from celery.exceptions import Ignore, Reject, Retry

from phone_verification.arguments import SEALED
from phone_verification.errors import InvalidArgumentsError
from phone_verification.kinds import Operation
from phone_verification.queues import TASK_NAMES
from tasks.malformed import REFUSED_HEADER, RefusedOption, read_mark, refuse
from tasks.metrics import count_database_away
from tasks.open_door import Wish, read_wish
from tasks.outage import DATABASE_AWAY
from tasks.run import Done, Later, Reply, accept, repeat, resume
from tasks.services import Services, current

log: Final = structlog.get_logger()

_DATABASE_AWAY_SECONDS: Final = 2


class Waiting(Exception):  # noqa: N818 - what Flower shows for a retry; no error
    """Why a run waits: a kind, never what anybody said."""


class RunFault(Exception):  # noqa: N818 - what Flower shows for a bug
    """A fault of ours; the log has where it happened, and nobody has what was said."""


@shared_task(name=TASK_NAMES[Operation.SEND], bind=True, typing=False, acks_late=True, max_retries=None)
def send_verification(self: Task, /, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
    """Send a code; the contract's result as JSON."""
    return _answer(self, Operation.SEND, args, kwargs)


@shared_task(name=TASK_NAMES[Operation.CHECK], bind=True, typing=False, acks_late=True, max_retries=None)
def check_verification(self: Task, /, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
    """Check a code; the contract's result as JSON."""
    return _answer(self, Operation.CHECK, args, kwargs)


@shared_task(name=TASK_NAMES[Operation.MESSAGE], bind=True, typing=False, acks_late=True, max_retries=None)
def send_message(self: Task, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
    """Send a text of the caller's words; the contract's result as JSON."""
    return _answer(self, Operation.MESSAGE, args, kwargs)


def _answer(
    task: Task, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    services, task_id = current(), str(task.request.id)
    structlog.contextvars.bind_contextvars(task_id=task_id)
    try:
        reply = _reply(services, task, operation, args, kwargs)
    except DATABASE_AWAY as error:
        log.error("run.database_away", error=type(error).__name__)
        count_database_away()
        _leave(is_accepted=not (args or kwargs or _refused(task)))
    except Exception as error:
        log.error("run.fault", exc_info=error)
        raise RunFault(type(error).__name__) from None
    finally:
        structlog.contextvars.unbind_contextvars("task_id")
    if isinstance(reply, Done):
        return reply.result
    if isinstance(reply, Later):
        _come_back(services, task, operation, reply)
    raise Ignore


def _reply(
    services: Services,
    task: Task,
    operation: Operation,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Reply:
    task_id, wants_result = str(task.request.id), not task.request.ignore_result
    refused = _refused(task)
    if refused:
        return refuse(services, operation, task_id, refused, wants_result=wants_result)
    if not args and not kwargs:
        return resume(services, operation, task_id)
    try:
        wish = read_wish(services.open_door, services.seals, operation, task_id, args, kwargs)
    except InvalidArgumentsError as error:
        return refuse(services, operation, task_id, error.field, wants_result=wants_result)
    if not wish.is_timely:
        return _late(services, operation, task_id, wish, wants_result=wants_result)
    return accept(services, operation, task_id, wish.arguments, wants_result=wants_result)


def _late(services: Services, operation: Operation, task_id: str, wish: Wish, *, wants_result: bool) -> Reply:
    """Let a message that is too old meet its own run, which it may have begun; else refuse it."""
    log.warning("run.seal_untimely", task_id=task_id, age_seconds=round(wish.age_seconds))
    return repeat(services, operation, task_id, wish.arguments) or refuse(
        services, operation, task_id, SEALED, wants_result=wants_result, asked=wish.arguments
    )


def _come_back(services: Services, task: Task, operation: Operation, later: Later) -> NoReturn:
    """Set the run's one alarm and show a retry; a lost alarm is the sweeper's to make good."""
    try:
        services.ring(
            operation,
            str(task.request.id),
            countdown=later.delay_seconds,
            wants_result=later.wants_result,
        )
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises
        log.warning("run.alarm_lost", error=type(error).__name__)
    reason = later.kind.value if later.kind else "waits for its turn"
    raise Retry(message=reason, exc=Waiting(reason), when=later.delay_seconds)  # type: ignore[arg-type]  # the stubs forget float


def _refused(task: Task) -> RefusedOption | None:
    """Read for which option the transport refused the message; it took the arguments out."""
    return read_mark(task.request.get(REFUSED_HEADER))


def _leave(*, is_accepted: bool) -> NoReturn:
    """Leave a run in the table to the sweeper; a message that is not yet a row goes back to its queue.

    It waits in its slot, for a slot has nothing to do without a database, and is then put back in one
    transaction of Redis'. A retry of Celery's would be a second message, of which every worker would hold
    as many as there are; and where publishing it fails, Celery deletes the first:
    https://github.com/celery/celery/issues/4222
    """
    if is_accepted:
        raise Ignore
    time.sleep(_DATABASE_AWAY_SECONDS)
    raise Reject("database away", requeue=True)
