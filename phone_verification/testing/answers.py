"""The fake's answers: the contract's result, built as the worker builds it.

Lives here: pure building. Must not: hold more of a number than its mask.
"""

import math
from datetime import datetime

from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import Channel, ErrorKind, Outcome
from phone_verification.phone_numbers import PhoneNumber
from phone_verification.results import ErrorAnswer, Result, VerificationAnswer
from phone_verification.testing.run import Run
from phone_verification.testing.verification import TRIES, Verification
from phone_verification.testing.world import World


def succeeded(
    world: World,
    run: Run,
    outcome: Outcome,
    verification: VerificationAnswer | None,
    *,
    approved_at: datetime | None = None,
) -> Result:
    """End a run well; with `approved_at` it was approved before."""
    return Result(
        task_id=run.task_id,
        operation=run.operation,
        outcome=outcome,
        ok=outcome.is_ok,
        replayed=approved_at is not None,
        approved_at=approved_at,
        finished_at=world.clock.now,
        verification=verification,
    )


def refused(
    world: World,
    run: Run,
    kind: ErrorKind,
    verification: VerificationAnswer | None,
    *,
    provider_code: int | None = None,
    retry_after_seconds: float | None = None,
) -> Result:
    """End a run for a reason; its kind says whose."""
    wait = None if retry_after_seconds is None else max(math.ceil(retry_after_seconds), 0)
    return Result(
        task_id=run.task_id,
        operation=run.operation,
        outcome=KIND_FACTS[kind].outcome,
        ok=False,
        finished_at=world.clock.now,
        error=ErrorAnswer.of(kind, provider_code=provider_code, retry_after=wait),
        verification=verification,
    )


def unsendable(number: PhoneNumber, run: Run, channel: Channel) -> VerificationAnswer:
    """Describe a number that gets no code this way, now or later."""
    return VerificationAnswer(id=run.task_id, phone=number.masked, channel=channel)


def unknown(
    world: World, number: PhoneNumber, handle: str | None, channel: Channel | None = None
) -> VerificationAnswer:
    """Describe a number of whose verification nothing is known."""
    wait = world.next_send_wait_seconds(number)
    return VerificationAnswer(
        id=handle,
        phone=number.masked,
        channel=channel,
        next_send_at=world.clock.after(wait),
        next_send_in=math.ceil(wait),
    )


def described(
    world: World, number: PhoneNumber, handle: str | None, verification: Verification | None
) -> VerificationAnswer:
    """Describe what is known of a verification to the holder of a handle."""
    if verification is None:
        return unknown(world, number, handle)
    left = -world.clock.since(verification.expires_at)
    known = {
        "channel": verification.channel,
        "sends": verification.sends,
        "checks_left": TRIES - verification.failed_checks,
        "expires_at": verification.expires_at,
        "expires_in": max(math.ceil(left), 0),
    }
    return unknown(world, number, handle).model_copy(update=known)
