"""Where wishes come in: the real client's acceptance, without its database.

Lives here: one id is one intent, with a session or without, and the acceptances that a test lets go wrong.
"""

from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from phone_verification.arguments import read_arguments
from phone_verification.errors import IdempotencyConflictError, InvalidArgumentsError, NotAcceptedError
from phone_verification.kinds import Operation
from phone_verification.task_ids import is_task_id, new_task_id
from phone_verification.testing.outbox import Outbox
from phone_verification.testing.run import Run
from phone_verification.testing.world import World


class Door:
    """Accepts runs into a world; `ring` is called when there is a new one."""

    def __init__(
        self,
        world: World,
        ring: Callable[[], None],
        *,
        default_region: str,
        deadline_seconds: Mapping[Operation, float],
    ) -> None:
        self._world = world
        self._ring = ring
        self._default_region = default_region
        self._deadline_seconds = deadline_seconds
        self._outboxes: WeakKeyDictionary[Session, Outbox] = WeakKeyDictionary()

    def accept(
        self,
        operation: Operation,
        values: Mapping[str, Any],
        task_id: str | None,
        session: Session | None,
    ) -> str:
        """Accept a wish, or meet the one that has its id; raise as the real client does."""
        task_id = task_id or new_task_id()
        if not is_task_id(task_id):
            raise InvalidArgumentsError(field="task_id")
        arguments = read_arguments(operation, values)
        lost = self._world.trouble.take_lost_acceptance()
        if lost is not None and not lost.is_accepted:
            raise NotAcceptedError(task_id=task_id)
        outbox = None if session is None else self._outbox(session)
        known = self._world.runs.get(task_id)
        if known is None and outbox is not None:
            known = outbox.find(task_id)
        is_conflict = known is not None and not known.is_same_intent(operation, arguments)
        if is_conflict or self._world.trouble.take_conflict(operation):
            raise IdempotencyConflictError(task_id=task_id)
        if known is None:
            run = Run(
                task_id=task_id,
                operation=operation,
                arguments=arguments,
                number=arguments.number(self._default_region),
                accepted_at=self._world.clock.now,
                deadline_at=self._world.clock.after(self._deadline_seconds[operation]),
            )
            self._add(run) if outbox is None else outbox.add(run)
        if lost is not None:
            raise NotAcceptedError(task_id=task_id)
        return task_id

    def _add(self, run: Run) -> None:
        # Of two sessions that were open with one id, the first to commit has it.
        self._world.runs.setdefault(run.task_id, run)
        self._ring()

    def _outbox(self, session: Session) -> Outbox:
        if session not in self._outboxes:
            self._outboxes[session] = Outbox(session, self._add)
        return self._outboxes[session]
