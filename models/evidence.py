"""What we know that explains a check's answer.

Lives here: look-ups only. They name a refusal of Twilio's; by themselves they refuse nothing but a
code that was already answered wrong.
"""

from typing import Final

from sqlalchemy import BindParameter, and_, bindparam, exists, func, or_, select, update

from models.task_run import TaskRun
from models.verification import SendAttempt, Verification
from phone_verification.database_clock import seconds_until
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState

_phones: Final[BindParameter[list[str]]] = bindparam("phone_fingerprints", expanding=True)

_KNOWN: Final = (
    Verification.id,
    Verification.status,
    Verification.channel,
    Verification.service,
    Verification.sends,
    Verification.failed_checks,
    Verification.code_hmac,
    Verification.created_at,
    Verification.last_sent_at,
    Verification.expires_at,
    Verification.completed_at,
    seconds_until(Verification.expires_at).label("expires_in_seconds"),
)

HANDLE: Final = select(TaskRun.operation, TaskRun.phone_fingerprint).where(
    TaskRun.task_id == bindparam("verification_id")
)
"""Whose handle it is."""

VERIFICATION_OF_SEND: Final = (
    select(*_KNOWN)
    .join(SendAttempt, SendAttempt.verification_id == Verification.id)
    .where(SendAttempt.task_id == bindparam("verification_id"))
    .order_by(Verification.created_at.desc())
    .limit(1)
)
"""The verification that a send led to."""

VERIFICATION_OF_NUMBER: Final = (
    select(*_KNOWN)
    .where(Verification.phone_fingerprint.in_(_phones))
    .order_by(Verification.created_at.desc())
    .limit(1)
)
"""The number's latest verification."""

APPROVING_CHECK: Final = (
    select(TaskRun.verification_id, TaskRun.finished_at)
    .where(
        TaskRun.phone_fingerprint.in_(_phones),
        TaskRun.operation == Operation.CHECK,
        TaskRun.outcome == Outcome.APPROVED,
        TaskRun.provider_sid == bindparam("provider_sid"),
    )
    .order_by(TaskRun.finished_at)
    .limit(1)
)
"""The check that approved a verification, and for which handle."""

WAS_ANSWERED_WRONG: Final = select(
    exists().where(
        TaskRun.phone_fingerprint.in_(_phones),
        TaskRun.operation == Operation.CHECK,
        TaskRun.provider_sid == bindparam("provider_sid"),
        TaskRun.error_kind == ErrorKind.INVALID_CODE,
        TaskRun.code_hmac.in_(bindparam("code_hmacs", expanding=True)),
    )
)
"""Whether this very code was already answered wrong for this verification."""

_FIRST_SEND: Final = (
    select(func.min(TaskRun.first_begun_at))
    .join(SendAttempt, SendAttempt.task_id == TaskRun.task_id)
    .where(SendAttempt.verification_id == bindparam("provider_sid"))
    .scalar_subquery()
)

UNRESOLVED: Final = select(func.count()).where(
    TaskRun.phone_fingerprint.in_(_phones),
    TaskRun.operation == Operation.CHECK,
    TaskRun.task_id != bindparam("run"),
    TaskRun.posts >= 1,
    or_(_FIRST_SEND.is_(None), TaskRun.created_at >= _FIRST_SEND),
    or_(
        TaskRun.state.in_((RunState.CALLING, RunState.AMBIGUOUS, RunState.SETTLING)),
        and_(
            TaskRun.state == RunState.DONE,
            TaskRun.error_kind.in_((ErrorKind.OUTCOME_UNKNOWN, ErrorKind.INTERNAL_ERROR)),
        ),
    ),
)
"""How many other checks of this number may have been decided without our knowing."""

REPLAYS: Final = 5

COUNT_REPLAY: Final = (
    update(Verification)
    .where(
        Verification.id == bindparam("provider_sid"),
        Verification.replay_mismatches < REPLAYS,
        Verification.code_hmac.is_not(None),
    )
    .values(replay_mismatches=Verification.replay_mismatches + 1)
    .returning(Verification.code_hmac)
)
"""Count a replay before its code is compared, so that comparing in parallel gains nothing."""

REPLAY_MATCHED: Final = (
    update(Verification)
    .where(Verification.id == bindparam("provider_sid"), Verification.replay_mismatches > 0)
    .values(replay_mismatches=Verification.replay_mismatches - 1)
)
"""Give back what a matching replay was counted."""
