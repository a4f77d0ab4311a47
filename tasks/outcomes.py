"""What became of a claim, told to logs and metrics: one event for each outcome, alike whoever ends a run.

Lives here: `run.done` and `run.handed_back`, and what is counted with them. Told after it was committed, so
that counting log lines is counting outcomes. docs/logs.md explains the fields.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog

from models.database import AnyRow
from phone_verification.kinds import ErrorKind, Operation, Outcome
from phone_verification.task_ids import shown_id
from tasks import metrics
from tasks.claim import Claim
from tasks.services import Services
from tasks.step import Finish, HandBack, KeptVerification

log: Final = structlog.get_logger()


class EndedBy(StrEnum):
    """Who ended a run: the worker that asked, the sweeper at the deadline, the door that refused it."""

    WORKER = "worker"
    SWEEPER = "sweeper"
    DOOR = "door"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A run that is over.

    `attempts` is how often it was taken up, `posts` how many requests with effect may have left;
    `duration_seconds` counts from acceptance.
    """

    task_id: str
    verification_id: str | None
    operation: Operation
    outcome: Outcome
    kind: ErrorKind | None
    provider_code: int | None = None
    attempts: int = 0
    posts: int = 0
    duration_seconds: float = 0
    by: EndedBy


def tell_finished(services: Services, claim: Claim, step: Finish) -> None:
    """Tell of a run that its worker ended."""
    _tell(
        Ending(
            task_id=claim.task_id,
            verification_id=_handle(claim.operation, claim.task_id, claim.verification_id),
            operation=claim.operation,
            outcome=step.outcome,
            kind=step.kind,
            provider_code=step.provider_code,
            attempts=claim.epoch,
            posts=claim.posts - step.unsent_posts,
            duration_seconds=claim.since_accepted_seconds(),
            by=EndedBy.WORKER,
        )
    )
    is_first_text = isinstance(step.kept, KeptVerification) and _begins(step.outcome, step.kept)
    # A replay tells an approval again.
    is_approval = step.outcome is Outcome.APPROVED and step.approved_at is None
    if is_first_text or is_approval:
        metrics.count_conversion(claim.country, services.allowed_countries, is_approval=is_approval)


def _begins(outcome: Outcome, kept: KeptVerification) -> bool:
    """Whether a text is the first of its verification."""
    return outcome is Outcome.SENT and kept.sends == 1


def tell_swept(row: AnyRow, step: Finish) -> None:
    """Tell of a run that the sweeper ended; `row` is one of OVERDUE."""
    _tell(
        Ending(
            task_id=row.task_id,
            verification_id=_handle(row.operation, row.task_id, row.verification_id),
            operation=row.operation,
            outcome=step.outcome,
            kind=step.kind,
            provider_code=step.provider_code,
            attempts=row.epoch,
            posts=row.posts,
            duration_seconds=row.since_accepted_seconds,
            by=EndedBy.SWEEPER,
        )
    )


def tell_refused(task_id: str, operation: Operation, step: Finish) -> None:
    """Tell of a message that was refused before it became a run."""
    _tell(
        Ending(
            task_id=task_id,
            verification_id=_handle(operation, task_id, None),
            operation=operation,
            outcome=step.outcome,
            kind=step.kind,
            by=EndedBy.DOOR,
        )
    )


def tell_handed_back(claim: Claim, step: HandBack) -> None:
    """Tell of a run that goes on later."""
    log.info(
        "run.handed_back",
        task_id=shown_id(claim.task_id),
        verification_id=_handle(claim.operation, claim.task_id, claim.verification_id),
        operation=claim.operation.value,
        state=step.state.value,
        kind=step.kind.value,
        provider_code=step.provider_code,
        attempts=claim.epoch,
        delay_seconds=round(step.delay_seconds, 3),
    )
    metrics.count_hand_back(claim.operation, step.state, step.kind)


def _handle(operation: Operation, task_id: str, verification_id: str | None) -> str | None:
    """Name the verification by its send; None for a check that was asked by number alone."""
    return shown_id(task_id if operation is Operation.SEND else verification_id)


def _tell(ending: Ending) -> None:
    seconds = max(ending.duration_seconds, 0)
    log.info(
        "run.done",
        task_id=shown_id(ending.task_id),
        verification_id=ending.verification_id,
        operation=ending.operation.value,
        outcome=ending.outcome.value,
        kind=ending.kind and ending.kind.value,
        provider_code=ending.provider_code,
        attempts=ending.attempts,
        posts=ending.posts,
        duration_seconds=round(seconds, 3),
        by=ending.by.value,
    )
    metrics.count_run(ending.operation, ending.outcome, ending.kind, seconds)
