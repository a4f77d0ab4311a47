"""A caller of the open door with nothing but Redis commands, as docs/contract.md says it in bytes."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import redis as redis_client

from phone_verification.kinds import Operation
from phone_verification.queues import QUEUES, TASK_NAMES
from tests.shapes import body, message
from worker.demo.redis_server import RedisServer
from worker.demo.waiting import wait_until


@dataclass(frozen=True, slots=True)
class BareRedis:
    """One connection to the queues, one to the result keys."""

    broker: "redis_client.Redis[bytes]"
    results: "redis_client.Redis[bytes]"

    def ask(self, operation: Operation, task_id: str, arguments: Mapping[str, Any]) -> None:
        """Put a message into a queue."""
        queue = QUEUES[operation]
        made = message(
            task_id,
            body=body(([], dict(arguments), {})),
            headers__task=TASK_NAMES[operation],
            properties__delivery_info={"exchange": "", "routing_key": queue},
        )
        self.broker.lpush(queue, json.dumps(made))

    def answer(self, task_id: str, *, within: float = 20) -> dict[str, Any]:
        """Wait for the result under a task's key."""
        return wait_until(lambda: self._result(task_id), f"the result of {task_id}", seconds=within)

    def forget(self, task_id: str) -> None:
        """Delete a task's key, as time or a crash does."""
        self.results.delete(_key(task_id))

    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is unacknowledged."""
        waiting = sum(self.broker.llen(queue) for queue in QUEUES.values())
        return waiting == 0 and self.broker.zcard("unacked_index") == 0

    def _result(self, task_id: str) -> dict[str, Any]:
        stored = json.loads(self.results.get(_key(task_id)) or "{}")
        return dict(stored["result"]) if stored.get("status") == "SUCCESS" else {}


@contextmanager
def bare_redis(server: RedisServer) -> Iterator[BareRedis]:
    """Connect to a server's two databases."""
    with (
        redis_client.Redis(port=server.port) as broker,
        redis_client.Redis(port=server.port, db=1) as results,
    ):
        yield BareRedis(broker, results)


def _key(task_id: str) -> str:
    return f"celery-task-meta-{task_id}"
