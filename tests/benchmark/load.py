"""Load: messages made beforehand, so that making them takes nothing from what is measured.

Lives here: what a caller does, taken apart. The messages are Celery's own, published to a Redis database that
nobody reads; the rows are the client's own statement. Only putting them where a worker finds them is timed.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import redis as redis_client
from celery import Celery

from phone_verification.acceptance import Acceptance
from phone_verification.accepted_runs import ACCEPT
from phone_verification.arguments import read_arguments
from phone_verification.keys import Fingerprints, Seals
from phone_verification.kinds import Operation
from phone_verification.queues import TASK_NAMES
from tasks.figures import Figures
from tests.benchmark.contenders import Contender, Who
from tests.benchmark.past import Past, remember_sends
from tests.benchmark.stage import Stage

_ASIDE: Final = 5
_CODE: Final = "123456"
_numbers: Final = iter(range(10_000_000, 99_999_999))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One task: its message as Redis holds it, and its row where it has one."""

    task_id: str
    message: bytes
    row: dict[str, Any] | None


class Load:
    """Wishes that wait to be put before a worker."""

    def __init__(self, stage: Stage, contender: Contender, count: int) -> None:
        self._stage, self.contender = stage, contender
        self._broker: redis_client.Redis = redis_client.Redis(port=stage.redis.port)
        self._results: redis_client.Redis = redis_client.Redis(port=stage.redis.port, db=1)
        self._wishes = deque(_made(stage, contender, count))
        self.put_so_far = 0

    def put(self, count: int) -> list[str]:
        """Put some wishes before the worker; return their ids."""
        taken = [self._wishes.popleft() for _ in range(min(count, len(self._wishes)))]
        rows = [wish.row for wish in taken if wish.row is not None]
        if rows:
            with self._stage.database.transaction() as connection:
                for row in rows:
                    connection.execute(ACCEPT["postgresql"], row)
        if taken:
            self._broker.lpush(self.contender.queue, *(wish.message for wish in taken))
        self.put_so_far += len(taken)
        return [wish.task_id for wish in taken]

    @property
    def waiting(self) -> int:
        """How many messages nobody has taken yet."""
        return int(self._broker.llen(self.contender.queue))

    @property
    def finished(self) -> int:
        """How many tasks were put and are neither waiting nor in hand."""
        return self.put_so_far - self.waiting - int(self._broker.zcard("unacked_index"))

    def answered(self, task_ids: list[str]) -> set[str]:
        """Return which of these have a result that a caller can see."""
        if self.contender.who is Who.OURS:
            return _done(self._stage, task_ids)
        stored = self._results.mget([f"celery-task-meta-{task_id}" for task_id in task_ids])
        return {task_id for task_id, result in zip(task_ids, stored, strict=True) if result}

    def clear(self) -> None:
        """Forget results, so that none is measured with another's memory."""
        self._broker.delete(self.contender.queue)
        self._results.flushdb()
        self._broker.close()
        self._results.close()


def _done(stage: Stage, task_ids: list[str]) -> set[str]:
    with stage.database.autocommit.begin() as connection:
        found = connection.exec_driver_sql(
            "SELECT task_id FROM task_runs WHERE task_id = ANY(%s) AND state = 'done'", (task_ids,)
        )
        return {row.task_id for row in found}


def _made(stage: Stage, contender: Contender, count: int) -> list[Wish]:
    numbers = [f"+8210{next(_numbers)}" for _ in range(count)]
    ids = [str(uuid4()) for _ in range(count)]
    if contender.who is Who.NOTHING:
        return _published(stage, contender, "benchmark.nothing", ids, [{}] * count, [None] * count)
    if contender.who is Who.NAIVE:
        extra = {"channel": "sms"} if contender.operation is Operation.SEND else {"code": _CODE}
        kwargs = [{"phone_number": number, **extra} for number in numbers]
        return _published(stage, contender, f"benchmark.{contender.operation}", ids, kwargs, [None] * count)
    return _ours(stage, contender, ids, numbers)


def _ours(stage: Stage, contender: Contender, ids: list[str], numbers: list[str]) -> list[Wish]:
    acceptance = acceptance_of(stage)
    wanted: list[dict[str, Any]] = [{"phone_number": number} for number in numbers]
    if contender.operation is Operation.CHECK:
        past = [
            Past(send_id=str(uuid4()), verification_sid=f"VE{uuid4().hex}", number=number)
            for number in numbers
        ]
        remember_sends(stage.database, acceptance, past)
        wanted = [
            {"phone_number": sent.number, "code": _CODE, "verification_id": sent.send_id} for sent in past
        ]
    name = TASK_NAMES[contender.operation]
    if contender.is_open_door:
        return _published(stage, contender, name, ids, wanted, [None] * len(ids))
    rows = [
        acceptance.row(contender.operation, task_id, read_arguments(contender.operation, values))
        for task_id, values in zip(ids, wanted, strict=True)
    ]
    return _published(stage, contender, name, ids, [{}] * len(ids), rows)


def acceptance_of(stage: Stage) -> Acceptance:
    """Return what fills rows with the worker's keys."""
    figures = Figures()
    return Acceptance(
        fingerprints=Fingerprints.parse(stage.environment["HMAC_KEYS"]),
        seals=Seals.parse(stage.environment["SEAL_KEYS"]),
        default_region="KR",
        deadline_seconds={operation: figures.deadline_seconds(operation) for operation in Operation},
    )


def _published(
    stage: Stage,
    contender: Contender,
    name: str,
    ids: list[str],
    kwargs: list[dict[str, Any]],
    rows: list[dict[str, Any]] | list[None],
) -> list[Wish]:
    """Let Celery write the messages, and take them away unread."""
    has_result = contender.who is not Who.OURS or contender.is_open_door
    app = Celery("benchmark", backend="disabled://", set_as_current=False)
    # Given to the app, it would give way to CELERY_BROKER_URL.
    with (
        app.connection_for_write(stage.redis.url(_ASIDE)) as connection,
        app.amqp.Producer(connection) as producer,
    ):
        for task_id, values in zip(ids, kwargs, strict=True):
            app.send_task(
                name,
                kwargs=values,
                task_id=task_id,
                queue=contender.queue,
                ignore_result=not has_result,
                producer=producer,
            )
    app.close()
    with redis_client.Redis(port=stage.redis.port, db=_ASIDE) as aside:
        messages = aside.lrange(contender.queue, 0, -1)[::-1]
        aside.flushdb()
    return [
        Wish(task_id=task_id, message=message, row=row)
        for task_id, message, row in zip(ids, messages, rows, strict=True)
    ]
