"""What we know that explains a check's answer.

Lives here: look-ups only. They name a refusal of Twilio's; by themselves they refuse nothing but a
code that was already answered wrong.
"""

from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from models.closed_sets import VerificationStatus
from models.landings import OPEN, STAMP_SECONDS, is_undecided
from models.task_run import TaskRun
from models.verification import SendAttempt, Verification
from phone_verification.database_clock import now, seconds_between, seconds_until
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState

_phones: Final[BindParameter[list[str]]] = bindparam("phone_fingerprints", expanding=True)
_handle: Final[BindParameter[str]] = bindparam("verification_id")
_sid: Final[BindParameter[str]] = bindparam("provider_sid")

_send: Final = aliased(TaskRun)
_later_send: Final = exists().where(
    _send.phone_fingerprint.in_(_phones),
    _send.operation == Operation.SEND,
    _send.posts >= 1,
    seconds_between(_send.first_begun_at, Verification.created_at) > STAMP_SECONDS,
    or_(
        _send.state.in_(OPEN),
        and_(_send.state == RunState.DONE, _send.error_kind == ErrorKind.OUTCOME_UNKNOWN),
    ),
)

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
    _later_send.label("is_followed_by_unknown_send"),
    select(func.max(seconds_between(now(), _send.finished_at)))
    .where(
        _send.phone_fingerprint.in_(_phones),
        _send.provider_sid == Verification.id,
        _send.finished_at.is_not(None),
    )
    .scalar_subquery()
    .label("known_for_seconds"),
)

_HANDLE: Final = select(
    TaskRun.operation.label("handle_operation"),
    TaskRun.service.label("handle_service"),
    TaskRun.phone_fingerprint.label("handle_phone_fingerprint"),
    seconds_between(now(), TaskRun.first_begun_at).label("since_first_seconds"),
).where(TaskRun.task_id == _handle)

# What a handle was approved by stays its own, whatever its send leads to later.
_approved_for_handle: Final = (
    select(TaskRun.provider_sid)
    .where(
        TaskRun.phone_fingerprint.in_(_phones),
        TaskRun.operation == Operation.CHECK,
        TaskRun.outcome == Outcome.APPROVED,
        TaskRun.verification_id == _handle,
    )
    .order_by(TaskRun.finished_at)
    .limit(1)
    .scalar_subquery()
)
_told_to_send: Final = select(TaskRun.provider_sid).where(TaskRun.task_id == _handle).scalar_subquery()
_texted_by_send: Final = (
    select(SendAttempt.verification_id).where(SendAttempt.task_id == _handle).limit(1).scalar_subquery()
)
_own: Final = aliased(Verification)
# A code of our own is known by its send, from before its text left.
_made_for_send: Final = select(_own.id).where(_own.id == _handle).scalar_subquery()
_window: Final = bindparam("landing_window_seconds", type_=Float())
_met: Final = aliased(Verification)
_begun: Final = select(_send.first_begun_at).where(_send.task_id == _handle).scalar_subquery()
# A verification that was born long after the send began is another send's: a code that was mistyped for
# it must not bind this handle to it.
_met_by_checks: Final = (
    select(TaskRun.provider_sid)
    .join(_met, _met.id == TaskRun.provider_sid)
    .where(
        TaskRun.phone_fingerprint.in_(_phones),
        TaskRun.operation == Operation.CHECK,
        TaskRun.verification_id == _handle,
        or_(TaskRun.outcome == Outcome.APPROVED, seconds_between(_met.created_at, _begun) <= _window),
    )
    .order_by(TaskRun.finished_at.desc())
    .limit(1)
    .scalar_subquery()
)

_verification_of_send: Final = select(*_KNOWN).where(
    Verification.id
    == func.coalesce(_approved_for_handle, _told_to_send, _texted_by_send, _made_for_send, _met_by_checks)
)
_verification_of_number: Final = (
    select(*_KNOWN)
    .where(
        Verification.phone_fingerprint.in_(_phones),
        # A code of ours that never left, or that ended with another one's approval, is nobody's to type.
        Verification.status != VerificationStatus.CANCELED,
    )
    .order_by(Verification.created_at.desc())
    .limit(1)
)
_verification: Final = select(*_KNOWN).where(Verification.id == _sid)


_other_undecided: Final = exists().where(
    TaskRun.phone_fingerprint.in_(_phones),
    TaskRun.operation == Operation.CHECK,
    TaskRun.task_id != bindparam("run"),
    is_undecided,
)


def _approving(
    column: InstrumentedAttribute[Any], sid: ColumnElement[Any], *conditions: ColumnElement[bool]
) -> Any:  # noqa: ANN401 - its type is the column's
    """Select a column of the first check that approved a verification."""
    return (
        select(column)
        .where(
            TaskRun.phone_fingerprint.in_(_phones),
            TaskRun.operation == Operation.CHECK,
            TaskRun.outcome == Outcome.APPROVED,
            TaskRun.provider_sid == sid,
            *conditions,
        )
        .order_by(TaskRun.finished_at)
        .limit(1)
        .scalar_subquery()
    )


def _evidence(verification: Select[Any], sid: ColumnElement[Any] | None = None) -> Select[Any]:
    """Gather in one row what is known of a handle and of a verification."""
    known, handle = verification.cte("known"), _HANDLE.cte("handle")
    sid = known.c.id if sid is None else sid
    was_wrong = exists().where(
        TaskRun.phone_fingerprint.in_(_phones),
        TaskRun.operation == Operation.CHECK,
        TaskRun.provider_sid == sid,
        TaskRun.error_kind == ErrorKind.INVALID_CODE,
        TaskRun.code_hmac.in_(bindparam("code_hmacs", expanding=True)),
    )
    always = select(literal(1).label("one")).subquery()
    return select(
        *known.c,
        *handle.c,
        _approving(TaskRun.task_id, sid).label("approving_run"),
        _approving(TaskRun.verification_id, sid).label("approving_handle"),
        # Two handles of one number may be approved, by one code typed twice at once.
        _approving(TaskRun.finished_at, sid, TaskRun.verification_id == _handle).label("own_approved_at"),
        was_wrong.label("was_answered_wrong"),
        _other_undecided.label("is_another_undecided"),
    ).select_from(always.outerjoin(known, true()).outerjoin(handle, true()))


EVIDENCE_OF_SEND: Final = _evidence(_verification_of_send)
"""Of the verification of a send's handle: the one it was approved by, else the one that the send led to.

That is as its answer said, else as its texts or checks have shown. Beside it: whose handle it is and since
when its text may have been sent; which check approved the verification, and for which handle; when this one
was approved; whether this very code was already answered wrong; whether others may be UNRESOLVED.
"""

EVIDENCE_OF_NUMBER: Final = _evidence(_verification_of_number)
"""The same of the number's latest verification that somebody may have a code of, or had."""

EVIDENCE: Final = _evidence(_verification, _sid)
"""The same of a verification by its sid, known or not."""

_made: Final = aliased(Verification)
_born: Final = select(_made.created_at).where(_made.id == _sid).scalar_subquery()
_texts: Final = select(SendAttempt.task_id).where(SendAttempt.verification_id == _sid)
_earliest_send: Final = (
    select(func.min(_send.first_begun_at))
    .where(
        _send.phone_fingerprint.in_(_phones),
        _send.operation == Operation.SEND,
        _send.posts >= 1,
        or_(
            _send.provider_sid == _sid,
            _send.task_id.in_(_texts),
            and_(_born.is_(None), _send.task_id == _handle),
            and_(
                or_(_send.state != RunState.DONE, _send.error_kind == ErrorKind.OUTCOME_UNKNOWN),
                seconds_between(_born, _send.first_begun_at) <= _window,
                seconds_between(_born, _send.first_begun_at) >= -_window,
            ),
        ),
    )
    .scalar_subquery()
)

UNRESOLVED: Final = select(
    TaskRun.task_id,
    TaskRun.state,
    TaskRun.code_hmac,
    seconds_between(now(), TaskRun.first_begun_at).label("since_first_seconds"),
    seconds_between(now(), TaskRun.last_begun_at).label("since_last_seconds"),
).where(
    TaskRun.phone_fingerprint.in_(_phones),
    TaskRun.operation == Operation.CHECK,
    or_(_earliest_send.is_(None), TaskRun.created_at >= _earliest_send),
    is_undecided,
)
"""The checks of this number that may have been decided without our knowing, `run` itself included."""

CLEAR: Final = (
    update(TaskRun)
    .where(
        TaskRun.task_id.in_(bindparam("runs", expanding=True)),
        TaskRun.operation == Operation.CHECK,
        TaskRun.state == RunState.DONE,
    )
    .values(posts=0)
)
"""Say of checks that ended unknown that no request of theirs was the approval, nor can become it."""

REPLAYS: Final = 5

COUNT_REPLAY: Final = (
    update(Verification)
    .where(
        Verification.id == _sid,
        Verification.replay_mismatches < REPLAYS,
        Verification.code_hmac.is_not(None),
    )
    .values(replay_mismatches=Verification.replay_mismatches + 1)
    .returning(Verification.code_hmac)
)
"""Count a replay before its code is compared, so that comparing in parallel gains nothing."""

REPLAY_MATCHED: Final = (
    update(Verification)
    .where(Verification.id == _sid, Verification.replay_mismatches > 0)
    .values(replay_mismatches=Verification.replay_mismatches - 1)
)
"""Give back what a matching replay was counted."""
