"""A broker in memory that does what brokers do: late, twice, and in no order.

Lives here: a real queue with countdowns. Every message that was ever published is counted.
"""

import queue
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from phone_verification.kinds import Operation


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A task id, due at a moment; `row` is what an open-door message carries."""

    due_at: float
    number: int
    operation: Operation = field(compare=False)
    task_id: str = field(compare=False)
    row: dict[str, Any] | None = field(compare=False, default=None)


class Broker:
    """Messages for workers, by the sweeper's hand and by theirs."""

    def __init__(self) -> None:
        self._queue: queue.PriorityQueue[Message] = queue.PriorityQueue()
        self._numbers = count()
        self._rung: list[str] = []

    def ring(
        self,
        operation: Operation,
        task_id: str,
        *,
        countdown: float,
        wants_result: bool,  # noqa: ARG002 - a message of ours carries no result
    ) -> None:
        """Publish as the sweeper does."""
        self._rung.append(task_id)
        self.publish(operation, task_id, countdown)

    def publish(
        self, operation: Operation, task_id: str, countdown: float = 0, row: dict[str, Any] | None = None
    ) -> None:
        """Publish as a caller or a worker does."""
        due_at = time.monotonic() + countdown
        self._queue.put(Message(due_at, next(self._numbers), operation, task_id, row))

    def take(self, *, patience_seconds: float) -> Message | None:
        """Return a message that is due, or none for now."""
        try:
            message = self._queue.get(timeout=patience_seconds)
        except queue.Empty:
            return None
        wait = message.due_at - time.monotonic()
        if wait <= 0:
            return message
        self._queue.put(message)
        time.sleep(min(wait, patience_seconds))
        return None

    def times_rung(self) -> Counter[str]:
        """Return how often the sweeper published each run."""
        return Counter(self._rung)
