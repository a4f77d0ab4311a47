"""The claim: who may act on a run, and until when.

Lives here: the value that a won claim is, and the winning of it. The database says how much time is
left, in seconds; this process counts them down on its own monotonic clock, which nobody sets.
"""

import random
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Update
from sqlalchemy.exc import IntegrityError

from models.claims import BEGIN, BEGIN_WAITING, CLAIM, RENEW, RENEW_TO_POST, WAIT_TURN
from models.database import AnyRow
from phone_verification.kinds import ErrorKind, Operation, RunState, Service
from phone_verification.task_ids import shown_id
from tasks.figures import Figures
from tasks.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A run that this process holds; `taken_at` is monotonic and older than the lease.

    `waited_for` is why it waited the last time; `posts` counts requests with effect that may have left,
    this claim's own included.
    """

    task_id: str
    operation: Operation
    epoch: int
    state: RunState
    sealed_arguments: str | None = field(repr=False)
    wants_result: bool
    phone_fingerprint: str | None
    phone_masked: str | None
    country: str | None
    code_hmac: str | None = field(repr=False)
    verification_id: str | None
    service: Service | None
    waited_for: ErrorKind | None
    posts: int
    since_accepted_at_claim_seconds: float
    since_first_begun_at_claim_seconds: float
    since_last_begun_at_claim_seconds: float
    claimed_at: datetime
    left_at_claim_seconds: float
    lease_seconds: float
    taken_at: float

    def elapsed_seconds(self) -> float:
        """Return the seconds since before the claim was sent."""
        return time.monotonic() - self.taken_at

    def left_seconds(self) -> float:
        """Return the seconds until the deadline."""
        return self.left_at_claim_seconds - self.elapsed_seconds()

    def since_accepted_seconds(self) -> float:
        """Return the seconds since the run was accepted."""
        return self.since_accepted_at_claim_seconds + self.elapsed_seconds()

    def since_first_begun_seconds(self) -> float:
        """Return the seconds since the first request with effect may have left."""
        return self.since_first_begun_at_claim_seconds + self.elapsed_seconds()

    def since_last_begun_seconds(self) -> float:
        """Return the seconds since the last one may have left."""
        return self.since_last_begun_at_claim_seconds + self.elapsed_seconds()

    def now(self) -> datetime:
        """Return the database's time, counted on from the claim."""
        return self.claimed_at + timedelta(seconds=self.elapsed_seconds())

    def may_write(self, budget_seconds: float) -> bool:
        """Whether a call of this length still ends inside the lease: a frozen worker must not write."""
        return self.elapsed_seconds() <= self.lease_seconds - budget_seconds and self.left_seconds() > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Another run of this number is asking, or too many are: come back in some seconds."""

    delay_seconds: float
    wants_result: bool


def claim(services: Services, operation: Operation, task_id: str) -> Claim | Turn | None:
    """Take a run whose time has come; None when it is not ours to take."""
    taken_at = time.monotonic()
    try:
        names = {
            "run": task_id,
            "as_operation": operation,
            "as_service": services.service_of(operation),
            **lease(services.figures, operation),
        }
        row = services.database.one(CLAIM, names)
    except IntegrityError:
        return _wait_turn(services, operation, task_id)
    return None if row is None else _claim(row, services.figures, operation, task_id, taken_at)


def renew(services: Services, held: Claim) -> Claim | None:
    """Hold on for one more call; None when the claim is lost or nobody waits any more."""
    return _renewed(services, held, RENEW, held.state)


def renew_to_post(services: Services, held: Claim, state: RunState) -> Claim | None:
    """Hold on, and say before it leaves that one more request with effect may leave, in this state."""
    renewed = _renewed(services, held, RENEW_TO_POST, state)
    if renewed is None:
        return None
    return replace(renewed, posts=held.posts + 1, since_last_begun_at_claim_seconds=0)


def _renewed(services: Services, held: Claim, statement: Update, state: RunState) -> Claim | None:
    if held.left_seconds() <= 0:
        return None
    renewed = counted_anew(services.figures, held, state)
    names = fence(services.figures, held)
    if statement is RENEW_TO_POST:
        names["next_state"] = state
    return renewed if services.database.count(statement, names) else None


def counted_anew(figures: Figures, held: Claim, state: RunState) -> Claim:
    """Return the claim as it will be when it is renewed now: every time counted on, a lease from here."""
    elapsed, left = held.elapsed_seconds(), held.left_seconds()
    return replace(
        held,
        state=state,
        taken_at=held.taken_at + elapsed,
        claimed_at=held.claimed_at + timedelta(seconds=elapsed),
        left_at_claim_seconds=left,
        since_accepted_at_claim_seconds=held.since_accepted_at_claim_seconds + elapsed,
        since_first_begun_at_claim_seconds=held.since_first_begun_at_claim_seconds + elapsed,
        since_last_begun_at_claim_seconds=held.since_last_begun_at_claim_seconds + elapsed,
        lease_seconds=_lease_seconds(figures, held.operation, left),
    )


def hold_with_code(figures: Figures, held: Claim, sealed: str) -> Claim:
    """Return the claim as it will be when a code of our own is written down now, before its text leaves."""
    renewed = counted_anew(figures, held, held.state)
    since_first = 0 if held.posts == 1 else renewed.since_first_begun_at_claim_seconds
    return replace(
        renewed,
        service=Service.MESSAGING,
        sealed_arguments=sealed,
        since_first_begun_at_claim_seconds=since_first,
        since_last_begun_at_claim_seconds=0,
    )


def fence(figures: Figures, held: Claim) -> dict[str, Any]:
    """Name what a statement compares and sets that renews a claim."""
    return {
        "run": held.task_id,
        "held_epoch": held.epoch,
        "mine": held.state,
        **lease(figures, held.operation),
    }


def begin(
    services: Services, operation: Operation, row: dict[str, Any], requested_at: float | None
) -> Claim | Turn | None:
    """Accept an open-door message and take it at once; None when its task id is taken."""
    taken_at = time.monotonic()
    dialect = services.database.dialect
    values = {
        **row,
        "requested_at": _instant(requested_at),
        "as_service": services.service_of(operation),
        **lease(services.figures, operation),
    }
    try:
        accepted = services.database.one(BEGIN[dialect], values)
    except IntegrityError:
        return begin_waiting(services, row, requested_at, _turn_seconds(services.figures))
    if accepted is None:
        return None
    return _claim(accepted, services.figures, operation, row["task_id"], taken_at)


def begin_waiting(
    services: Services, row: dict[str, Any], requested_at: float | None, delay_seconds: float
) -> Turn | None:
    """Accept an open-door message that is not to be asked for yet; None when its task id is taken."""
    values = {**row, "requested_at": _instant(requested_at), "delay_seconds": delay_seconds}
    waiting = services.database.one(BEGIN_WAITING[services.database.dialect], values)
    return None if waiting is None else Turn(delay_seconds=delay_seconds, wants_result=row["wants_result"])


def _wait_turn(services: Services, operation: Operation, task_id: str) -> Turn | None:
    delay = _turn_seconds(services.figures)
    if operation.is_sending:
        delay = services.figures.turn_seconds
    row = services.database.one(WAIT_TURN, {"run": task_id, "delay_seconds": delay})
    return None if row is None else Turn(delay_seconds=row.delay_seconds, wants_result=row.wants_result)


def _turn_seconds(figures: Figures) -> float:
    """Spread those who wait: from just over half of the figure to all of it."""
    return figures.turn_seconds * random.uniform(0.55, 1)  # noqa: S311 - spreads load, hides nothing


def lease(figures: Figures, operation: Operation) -> dict[str, float]:
    """Name how long a claim lasts."""
    return {
        "lease_seconds": figures.lease_seconds(operation),
        "tail_seconds": figures.tail_seconds(operation),
    }


def _claim(row: AnyRow, figures: Figures, operation: Operation, task_id: str, taken_at: float) -> Claim:
    return Claim(
        task_id=task_id,
        operation=operation,
        epoch=row.epoch,
        state=row.state,
        sealed_arguments=row.sealed_arguments,
        wants_result=row.wants_result,
        phone_fingerprint=row.phone_fingerprint,
        phone_masked=row.phone_masked,
        country=row.country,
        code_hmac=row.code_hmac,
        verification_id=shown_id(row.verification_id),
        service=row.service,
        waited_for=row.error_kind,
        posts=row.posts,
        since_accepted_at_claim_seconds=row.since_accepted_seconds,
        since_first_begun_at_claim_seconds=row.since_first_seconds or 0,
        since_last_begun_at_claim_seconds=row.since_last_seconds or 0,
        claimed_at=row.claimed_at,
        left_at_claim_seconds=row.left_seconds,
        lease_seconds=_lease_seconds(figures, operation, row.left_seconds),
        taken_at=taken_at,
    )


def _lease_seconds(figures: Figures, operation: Operation, left_seconds: float) -> float:
    """Return how long a claim holds: no longer than a moment after the deadline."""
    return min(figures.lease_seconds(operation), left_seconds + figures.tail_seconds(operation))


def _instant(requested_at: float | None) -> datetime | None:
    """Read epoch seconds; what no calendar holds is as good as not given."""
    try:
        return None if requested_at is None else datetime.fromtimestamp(requested_at, UTC)
    except (OverflowError, ValueError, OSError):
        return None
