"""The answer to the caller: a step becomes the contract's JSON.

Lives here: pure building of results. Must not: hold more of a number than its mask.
"""

import math
from datetime import datetime, timedelta
from typing import Any

from phone_verification.kinds import Channel, Operation, Service
from phone_verification.phone_numbers import PhoneNumber
from phone_verification.results import ErrorAnswer, Result, VerificationAnswer
from tasks.step import Finish


def result_json(task_id: str, operation: Operation, step: Finish, finished_at: datetime) -> dict[str, Any]:
    """Build the frozen result of a run."""
    error = step.kind and ErrorAnswer.of(
        step.kind,
        provider_code=step.provider_code,
        retry_after=_whole(step.retry_after_seconds),
    )
    result = Result(
        task_id=task_id,
        operation=operation,
        outcome=step.outcome,
        ok=step.outcome.is_ok,
        replayed=step.approved_at is not None,
        approved_at=step.approved_at,
        finished_at=finished_at,
        error=error,
        verification=step.verification,
    )
    return result.model_dump(mode="json")


def verification_answer(  # noqa: PLR0913 - one for each field
    number: PhoneNumber,
    handle: str | None,
    *,
    now: datetime,
    channel: Channel | None = None,
    sends: int = 0,
    checks_left: int | None = None,
    expires_at: datetime | None = None,
    next_send_in_seconds: float | None = None,
    service: Service = Service.VERIFY,
) -> VerificationAnswer:
    """Describe a verification to the holder of its handle; all seconds count from `now`."""
    wait = next_send_in_seconds
    resend_at = None if wait is None else now + timedelta(seconds=wait)
    return VerificationAnswer(
        id=handle,
        phone=number.masked,
        channel=channel,
        service=service,
        sends=sends,
        checks_left=checks_left,
        expires_at=expires_at,
        expires_in=_seconds_between(now, expires_at),
        next_send_at=resend_at,
        next_send_in=_seconds_between(now, resend_at),
    )


def _seconds_between(now: datetime, then: datetime | None) -> int | None:
    return None if then is None else max(math.ceil((then - now) / timedelta(seconds=1)), 0)


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else max(math.ceil(seconds), 0)
