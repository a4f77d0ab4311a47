"""A crowd: many workers and two sweepers over one table, all doing what chance tells them.

Lives here: acceptance through both doors, deliveries (some twice), claims, and the end of it all.
"""

import random
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Final

from sqlalchemy import func, select

from models.task_run import TaskRun
from phone_verification.accepted_runs import ACCEPT
from phone_verification.arguments import AnyArguments, CheckArguments, MessageArguments, SendArguments
from phone_verification.kinds import Operation, RunState
from phone_verification.task_ids import new_task_id
from tasks.claim import Claim, Turn, begin, claim
from tasks.services import Services
from tasks.sweep import sweep
from tests.integration.statements.acts import Acts
from tests.integration.statements.broker import Broker, Message

WORKERS: Final = 8
SWEEPERS: Final = 2
RUNS: Final = 48
_NUMBERS: Final = 6
_PATIENCE_SECONDS: Final = 0.01
_LONGEST_DEADLINE_SECONDS: Final = 3.5
_HUNG_AFTER_SECONDS: Final = 20
_OPEN: Final = select(func.count()).where(TaskRun.state != RunState.DONE)
_ALL: Final = select(func.count()).select_from(TaskRun)


@dataclass(slots=True, kw_only=True)
class Crowd:
    """Everybody, and what they saw."""

    services: Services
    broker: Broker
    seed: int
    held: list[Claim] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)
    recorded: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    forged: list[str] = field(default_factory=list)
    longest_sweep_seconds: float = 0
    _over: Event = field(default_factory=Event)

    def live(self) -> None:
        """Accept all runs and work until the last of them is over."""
        with ThreadPoolExecutor(WORKERS + SWEEPERS) as pool:
            everybody = [pool.submit(self._work, self._chance(n)) for n in range(WORKERS)]
            everybody += [pool.submit(self._sweep) for _ in range(SWEEPERS)]
            try:
                self._accept_all(self._chance())
                self._wait_for_the_end(everybody)
            finally:
                self._over.set()
        for one in everybody:
            one.result()

    def haunt(self) -> None:
        """Come back, when all is over, with every claim that was ever held and every id."""
        acts = self._acts(self._chance())
        for taken in self.held:
            acts.refuse(taken)
            acts.succeed(taken)
            acts.wait(taken)
            claim(self.services, taken.operation, taken.task_id)
        sweep(self.services)

    def twice_held(self) -> list[tuple[str, int]]:
        """Claims that two workers held."""
        claims = Counter((taken.task_id, taken.epoch) for taken in self.held)
        return [one for one, times in claims.items() if times > 1]

    def _chance(self, worker: int = 0) -> random.Random:
        return random.Random(self.seed + worker)  # noqa: S311 - a seed must repeat, not hide

    def _acts(self, chance: random.Random) -> Acts:
        return Acts(
            services=self.services,
            broker=self.broker,
            chance=chance,
            recorded=self.recorded,
            forged=self.forged,
        )

    def _accept_all(self, chance: random.Random) -> None:
        for _ in range(RUNS):
            operation, task_id = chance.choice(list(Operation)), new_task_id()
            number = f"010-1234-567{chance.randrange(_NUMBERS)}"
            arguments = _arguments(operation, number)
            is_open = chance.random() < 0.5
            row = self.services.acceptance.row(operation, task_id, arguments, wants_result=is_open)
            row["deadline_seconds"] = chance.uniform(0.8, _LONGEST_DEADLINE_SECONDS)
            if is_open:
                for _ in range(chance.randint(1, 3)):
                    self.broker.publish(operation, task_id, row=row)
                continue
            self.services.database.one(ACCEPT[self.services.database.dialect], row)
            if chance.random() < 0.7:  # else the first message is lost
                self.broker.publish(operation, task_id)

    def _work(self, chance: random.Random) -> None:
        acts = self._acts(chance)
        while not self._over.is_set():
            message = self.broker.take(patience_seconds=_PATIENCE_SECONDS)
            if message is None:
                continue
            if chance.random() < 0.1:  # delivered twice
                self.broker.publish(message.operation, message.task_id)
            self._deliver(acts, message)

    def _deliver(self, acts: Acts, message: Message) -> None:
        taken = None
        if message.row is not None:
            taken = begin(self.services, message.operation, message.row, None)
        taken = taken or claim(self.services, message.operation, message.task_id)
        if isinstance(taken, Turn):
            self.turns.append(message.task_id)
            self.broker.publish(message.operation, message.task_id, taken.delay_seconds)
        if isinstance(taken, Claim):
            self.held.append(taken)
            acts.something(taken)

    def _sweep(self) -> None:
        before = time.monotonic()
        while not self._over.wait(self.services.figures.sweep_interval_seconds):
            began = time.monotonic()
            sweep(self.services)
            self.longest_sweep_seconds = max(self.longest_sweep_seconds, time.monotonic() - before)
            before = began

    def _wait_for_the_end(self, everybody: list[Future[None]]) -> None:
        hung_at = time.monotonic() + _HUNG_AFTER_SECONDS
        while time.monotonic() < hung_at and not any(one.done() for one in everybody):
            if self._count(_ALL) == RUNS and self._count(_OPEN) == 0:
                return
            self._over.wait(_PATIENCE_SECONDS)

    def _count(self, statement: Any) -> int:
        row = self.services.database.one(statement, {})
        assert row is not None
        return int(row[0])


def _arguments(operation: Operation, number: str) -> AnyArguments:
    if operation is Operation.CHECK:
        return CheckArguments(phone_number=number, code="123456")
    if operation is Operation.MESSAGE:
        return MessageArguments(phone_number=number, body="your parcel is here")
    return SendArguments(phone_number=number)
