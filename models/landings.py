"""What we know of a number when it is unclear whether a text was sent to it.

Lives here: look-ups only, each about one send whose answer was lost (`run`). They are evidence; what
follows from it is decided in tasks/settle.py.
"""

from typing import Final

from sqlalchemy import BindParameter, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.task_run import TaskRun
from models.verification import SendAttempt, Verification
from phone_verification.database_clock import now, seconds_between
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState, Service

# Twilio's stamps are whole seconds, so a verification's age is right to one second either way.
STAMP_SECONDS: Final = 2.0

_phones: Final[BindParameter[list[str]]] = bindparam("phone_fingerprints", expanding=True)
_run: Final[BindParameter[str]] = bindparam("run")

OPEN: Final = (RunState.CALLING, RunState.AMBIGUOUS, RunState.SETTLING)
"""States in which a request with effect may be under way."""

is_undecided: Final = and_(
    TaskRun.posts >= 1,
    or_(
        TaskRun.state.in_(OPEN),
        and_(
            TaskRun.state == RunState.DONE,
            TaskRun.error_kind.in_((ErrorKind.OUTCOME_UNKNOWN, ErrorKind.INTERNAL_ERROR)),
        ),
    ),
)
"""A run whose request may have been carried out without our knowing."""

_mine: Final = aliased(TaskRun)
_first_begun: Final = select(_mine.first_begun_at).where(_mine.task_id == _run).scalar_subquery()
_accepted: Final = select(_mine.created_at).where(_mine.task_id == _run).scalar_subquery()
_other: Final = aliased(TaskRun)

KNOWN_TEXTS: Final = (
    select(SendAttempt.attempt_sid)
    .join(Verification, Verification.id == SendAttempt.verification_id)
    .where(Verification.phone_fingerprint.in_(_phones))
)
"""Every text to this number that we know of."""

LANDED_BY_CHECK: Final = (
    select(Verification.id, seconds_between(now(), Verification.created_at).label("age_seconds"))
    .where(
        Verification.phone_fingerprint.in_(_phones),
        # A code of our own is no evidence of what Verify did.
        Verification.service == Service.VERIFY,
        seconds_between(Verification.created_at, _first_begun) >= -STAMP_SECONDS,
        ~exists().where(
            _other.operation == Operation.SEND,
            _other.provider_sid == Verification.id,
            _other.task_id != _run,
        ),
    )
    .order_by(Verification.created_at)
    .limit(1)
)
"""A verification that a check of ours met, born since the send began, and no other send's."""

OPEN_CHECKS: Final = select(func.count()).where(
    TaskRun.phone_fingerprint.in_(_phones),
    TaskRun.operation == Operation.CHECK,
    TaskRun.created_at >= _first_begun,
    is_undecided,
)
"""How many checks since the send began may have ended a verification without our knowing."""

APPROVED_MEANWHILE: Final = select(
    exists().where(
        TaskRun.phone_fingerprint.in_(_phones),
        TaskRun.operation == Operation.CHECK,
        TaskRun.outcome == Outcome.APPROVED,
        TaskRun.finished_at >= _accepted,
    )
)
"""Whether the number was approved after the send was accepted: then no further text is wanted."""

KNOWN_AMONG: Final = select(SendAttempt.attempt_sid).where(
    SendAttempt.attempt_sid.in_(bindparam("listed", expanding=True))
)
"""Which of some texts we know of."""

LAST_UNKNOWN_SEND: Final = (
    select(TaskRun.task_id)
    .where(
        TaskRun.phone_fingerprint.in_(_phones),
        TaskRun.operation == Operation.SEND,
        TaskRun.error_kind == ErrorKind.OUTCOME_UNKNOWN,
        TaskRun.state == RunState.DONE,
        TaskRun.task_id != _run,
    )
    .order_by(TaskRun.created_at.desc())
    .limit(1)
)
"""Whose an older text is that nobody knew."""
