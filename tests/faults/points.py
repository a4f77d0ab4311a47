"""The points of a run at which anything may die, each held still by a barrier, never hit by luck.

before the claim:  a row lock in PostgreSQL    during the POST, Twilio accepted:  the stand-in holds
claimed:           a full listener             recorded:                          Redis holds writes
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import psycopg

from phone_verification.kinds import Operation, PollState
from tests.faults.blackhole import black_hole
from tests.faults.case import Case
from tests.faults.timeline import Part
from worker.demo.waiting import wait_until

_PATIENCE_SECONDS: Final = 15


class Point(StrEnum):
    """Where a run is held."""

    UNCLAIMED = "before the claim"
    CLAIMED = "claimed, before the POST"
    POSTING = "during the POST, never lands"
    LATE = "during the POST, lands afterwards"
    ACCEPTED = "Twilio accepted"
    RECORDED = "recorded, before the ack"


OPERATIONS: Final = (Operation.SEND, Operation.CHECK)
"""What Verify carries out; texts of our own have their cases in test_own_texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What will be asked for once the barrier stands; `endpoint` is what the stand-in calls its POST."""

    operation: Operation
    endpoint: str
    ask: Callable[[], str]


def prepare(case: Case, operation: Operation) -> Wish:
    """Make everything ready up to the wish itself: for a check, a code on a phone."""
    number = case.stage.new_number()
    if operation is Operation.SEND:
        return Wish(operation=operation, endpoint="start", ask=lambda: case.send(number))
    handle, code = case.sent(number)
    return Wish(
        operation=operation,
        endpoint="check",
        ask=lambda: case.check(code, number, handle, is_right=True),
    )


@contextmanager
def held_at(case: Case, wish: Wish, point: Point) -> Iterator[str]:
    """Ask, hold the run at a point, and let go of it on leaving; yields its task id."""
    with _BARRIERS[point](case, wish) as task_id:
        part = None if point is Point.UNCLAIMED else Part.TWILIO
        case.stage.timeline.note(f"{wish.operation.value} held: {point.value}", part)
        yield task_id


@contextmanager
def _unclaimed(case: Case, wish: Wish) -> Iterator[str]:
    """Lock the row while the worker cannot look; then its claim waits for us."""
    crew = case.stage.crew
    worker = crew.freeze()
    task_id = wish.ask()
    session = psycopg.connect(case.stage.plain_url)
    try:
        session.execute("SELECT 1 FROM task_runs WHERE task_id = %s FOR UPDATE", [task_id])
        crew.thaw(worker)
        wait_until(lambda: waits_for_a_lock(case), "a claim waits", seconds=_PATIENCE_SECONDS)
        yield task_id
    finally:
        # The server may have been restarted under it: either way nothing is locked any more.
        session.close()


def waits_for_a_lock(case: Case) -> bool:
    """Whether a statement of somebody's waits for another's lock."""
    with psycopg.connect(case.stage.plain_url) as session:
        waiting = session.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        row = waiting.fetchone()
    return bool(row and row[0])


@contextmanager
def _claimed(case: Case, wish: Wish) -> Iterator[str]:
    stage = case.stage
    with ExitStack() as stack:
        stage.phone.outage("refuse")
        stack.callback(stage.phone.outage, "off")
        is_knocked_at = stack.enter_context(black_hole(stage.simulator_url))
        task_id = wish.ask()
        wait_until(is_knocked_at, "the worker connects", seconds=_PATIENCE_SECONDS)
        yield task_id


@contextmanager
def _at_twilio(case: Case, wish: Wish, when: str, *, drop: bool) -> Iterator[str]:
    phone = case.stage.phone
    hold = phone.fault("hold", wish.endpoint, when=when)
    task_id = wish.ask()
    phone.wait_held(hold, timeout=_PATIENCE_SECONDS)
    yield task_id
    phone.release(hold, drop=drop)


@contextmanager
def _recorded(case: Case, wish: Wish) -> Iterator[str]:
    phone = case.stage.phone
    hold = phone.fault("hold", wish.endpoint, when="after")
    task_id = wish.ask()
    phone.wait_held(hold, timeout=_PATIENCE_SECONDS)
    with case.stage.broker.writes_held():
        phone.release(hold)
        wait_until(
            lambda: case.stage.client.status(task_id).state is PollState.DONE,
            "the answer is recorded",
            seconds=_PATIENCE_SECONDS,
        )
        yield task_id


_BARRIERS: Final = {
    Point.UNCLAIMED: _unclaimed,
    Point.CLAIMED: _claimed,
    Point.POSTING: lambda case, wish: _at_twilio(case, wish, "before", drop=True),
    Point.LATE: lambda case, wish: _at_twilio(case, wish, "before", drop=False),
    Point.ACCEPTED: lambda case, wish: _at_twilio(case, wish, "after", drop=True),
    Point.RECORDED: _recorded,
}
