"""What did not move, ended badly or did not arrive: look-ups for an operator, never for a run."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, or_, select

from models.database import Database
from models.deliveries import of_newest_text
from models.task_run import TaskRun
from models.verification import SendAttempt
from phone_verification.database_clock import now, now_plus, seconds_between
from phone_verification.deliveries import DeliveryReason, DeliveryStatus
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import ErrorKind, Fault, Operation, Outcome, RunState

_DAY_SECONDS: Final = 86_400.0
_RECENT_RUNS: Final = 200
_SEALED_RUNS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """Runs that should have moved, and for how many seconds the first of them has not."""

    runs: int
    longest_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How many runs ended in one way."""

    runs: int
    kind: ErrorKind
    provider_code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """How many texts did not arrive for one reason; None where none was told."""

    texts: int
    reason: DeliveryReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """What one run of a number came to, and as far as it is known, its text."""

    operation: Operation
    state: RunState
    outcome: Outcome | None
    kind: ErrorKind | None
    provider_code: int | None
    age_seconds: float
    delivery: DeliveryStatus | None = None
    reason: DeliveryReason | None = None


def overdue(database: Database, grace_seconds: float) -> Late:
    """Count what has not ended although its deadline and a grace are over."""
    return _late(database, TaskRun.deadline_at, grace_seconds, TaskRun.state != RunState.DONE)


def not_begun(database: Database, grace_seconds: float) -> Late:
    """Count what was accepted and should have been rung for again, had anybody swept."""
    return _late(database, TaskRun.ring_at, grace_seconds, TaskRun.state == RunState.ACCEPTED)


def last_begun_seconds_ago(database: Database) -> float | None:
    """Return how long ago one of the newest runs was begun; None when none was."""
    newest = select(TaskRun.last_begun_at).order_by(TaskRun.created_at.desc()).limit(_RECENT_RUNS).subquery()
    row = database.one(select(seconds_between(now(), func.max(newest.c.last_begun_at))), {})
    return None if row is None else row[0]


def endings_of_a_day(database: Database) -> tuple[int, list[Ending]]:
    """Count the runs of the last day, and those that ended for a fault which is not the person's."""
    since = TaskRun.created_at > now_plus(-_DAY_SECONDS)
    ours = [kind for kind, facts in KIND_FACTS.items() if facts.fault is not Fault.USER]
    is_ours = or_(
        TaskRun.error_kind.in_(ours),
        # Told by Twilio it is a permission of the account's; told by us it is the number's country.
        (TaskRun.error_kind == ErrorKind.COUNTRY_BLOCKED) & TaskRun.provider_code.is_not(None),
    )
    bad = (
        select(TaskRun.error_kind, TaskRun.provider_code, func.count().label("runs"))
        .where(since, is_ours)
        .group_by(TaskRun.error_kind, TaskRun.provider_code)
        .order_by(func.count().desc())
    )
    with database.long_look() as connection:
        total = connection.execute(select(func.count()).select_from(TaskRun).where(since)).scalar_one()
        rows = connection.execute(bad).all()
    return total, [
        Ending(runs=row.runs, kind=row.error_kind, provider_code=row.provider_code) for row in rows
    ]


def losses_of_a_day(database: Database) -> tuple[int, list[Loss]]:
    """Count the texts of the last day's runs that were followed, and those that did not arrive."""
    reason, status = SendAttempt.delivery_reason, SendAttempt.delivery_status
    query = (
        select(status, reason, func.count().label("texts"))
        .join(TaskRun, TaskRun.task_id == SendAttempt.task_id)
        .where(TaskRun.created_at > now_plus(-_DAY_SECONDS), status.is_not(None))
        .group_by(status, reason)
        .order_by(func.count().desc())
    )
    with database.long_look() as connection:
        rows = connection.execute(query).all()
    lost: Counter[DeliveryReason | None] = Counter()
    for row in rows:
        if row.delivery_status.is_lost:
            lost[row.delivery_reason] += row.texts
    losses = [Loss(texts=texts, reason=reason) for reason, texts in lost.most_common()]
    return sum(row.texts for row in rows), losses


def last_runs(database: Database, fingerprints: Iterable[str], most: int) -> list[LastRun]:
    """Return a number's newest runs, newest first."""
    age = seconds_between(now(), TaskRun.created_at).label("age_seconds")
    query = (
        select(
            *(TaskRun.operation, TaskRun.state, TaskRun.outcome, TaskRun.error_kind, TaskRun.provider_code),
            *(age, of_newest_text(SendAttempt.delivery_status), of_newest_text(SendAttempt.delivery_reason)),
        )
        .where(TaskRun.phone_fingerprint.in_(list(fingerprints)))
        .order_by(TaskRun.created_at.desc())
        .limit(most)
    )
    return [
        LastRun(
            operation=row.operation,
            state=row.state,
            outcome=row.outcome,
            kind=row.error_kind,
            provider_code=row.provider_code,
            age_seconds=row.age_seconds,
            delivery=row.delivery_status,
            reason=row.delivery_reason,
        )
        for row in database.all(query, {})
    ]


def sealed_of_open_runs(database: Database) -> list[tuple[str, str]]:
    """Return task id and sealed arguments of the newest runs that have not ended."""
    query = (
        select(TaskRun.task_id, TaskRun.sealed_arguments)
        .where(TaskRun.state != RunState.DONE, TaskRun.sealed_arguments.is_not(None))
        .order_by(TaskRun.created_at.desc())
        .limit(_SEALED_RUNS)
    )
    return [(row.task_id, row.sealed_arguments) for row in database.all(query, {})]


def _late(database: Database, since: Any, grace_seconds: float, *which: Any) -> Late:  # noqa: ANN401 - columns
    query = select(
        func.count().label("runs"), func.max(seconds_between(now(), since)).label("longest_seconds")
    ).where(*which, since < now_plus(-grace_seconds))
    row = database.one(query, {})
    return Late(runs=row.runs if row else 0, longest_seconds=(row.longest_seconds if row else None) or 0)
