"""Statements that forget in time: HMACs of codes within minutes, whole rows after the retention.

Lives here: SQL built once at import. Each takes a batch of rows that nobody else holds, oldest first, so
that several workers share the work and none waits. What is erased for one person is in models/person.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Delete,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
    delete,
    func,
    not_,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from models.guard_decision import GuardDecision
from models.landings import is_undecided
from models.provider_call import ProviderCall
from models.task_run import HOLDS_CODE, TaskRun
from models.verification import HOLDS_APPROVED_CODE, SendAttempt, Verification
from phone_verification.database_clock import Instant, now, now_plus, seconds_between
from phone_verification.kinds import RunState

_limit: Final = bindparam("limit", type_=Integer())
_kept_seconds: Final = bindparam("kept_seconds", type_=Float())

_named: Final = (
    select(Verification.expires_at)
    .where(Verification.id == TaskRun.provider_sid)
    .correlate(TaskRun)
    .scalar_subquery()
)
# A lost check that was made after the latest one known had expired can only have met one that we do not
# know yet: whoever presses its code again needs it for as long as that one may live.
_latest: Final = (
    select(Verification.expires_at)
    .where(
        Verification.phone_fingerprint == TaskRun.phone_fingerprint,
        Verification.created_at <= func.coalesce(TaskRun.finished_at, TaskRun.created_at),
        or_(
            TaskRun.error_kind.is_(None),
            not_(is_undecided),
            Verification.expires_at > TaskRun.created_at,
        ),
    )
    .order_by(Verification.created_at.desc())
    .limit(1)
    .correlate(TaskRun)
    .scalar_subquery()
)
_expired_for: Final = func.coalesce(
    seconds_between(now(), _named),
    seconds_between(now(), _latest),
    seconds_between(now(), TaskRun.created_at) - bindparam("ttl_seconds", type_=Float()),
)

# Locked as a page of its own: as a subquery PostgreSQL may run it again and again, and take many pages.
_typed: Final = (
    select(TaskRun.task_id)
    .where(HOLDS_CODE, _expired_for > _kept_seconds)
    .order_by(TaskRun.created_at)
    .limit(_limit)
    .with_for_update(skip_locked=True)
    .cte("typed")
)
_approved: Final = (
    select(Verification.id)
    .where(HOLDS_APPROVED_CODE, Verification.expires_at < now_plus(-_kept_seconds))
    .order_by(Verification.expires_at)
    .limit(_limit)
    .with_for_update(skip_locked=True)
    .cte("approved")
)

ERASE_CODES_OF_RUNS: Final = (
    update(TaskRun)
    .where(TaskRun.task_id.in_(select(_typed.c.task_id)))
    .values(code_hmac=null())
    .returning(TaskRun.task_id)
    .execution_options(synchronize_session=False)
)
"""Erase what was typed, `kept_seconds` after the verification expired that it was typed for.

That is the one a check ended with, else the number's latest while the check was made, else none that we
know: then one that was born with the check.
"""

ERASE_CODES_OF_VERIFICATIONS: Final = (
    update(Verification)
    .where(Verification.id.in_(select(_approved.c.id)))
    .values(code_hmac=null())
    .returning(Verification.id)
    .execution_options(synchronize_session=False)
)
"""Erase which code was approved, as late."""

BEFORE: Final[Select[Any]] = select(now_plus(-bindparam("retention_seconds", type_=Float())))
"""The moment before which rows are old, by the database's clock."""

_before: Final = bindparam("before", type_=Instant())
_since: Final = bindparam("since", type_=Instant())
_ids: Final[BindParameter[list[Any]]] = bindparam("ids", expanding=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Rows that are kept for the retention, with what hangs on them; each mapping is by table.

    `old` takes `limit` ids from `since` on, in the order of their stamps: a batch does not go over the
    places again that the one before it has emptied. `deletes` are run in their order, by `ids`.
    """

    old: Select[Any]
    deletes: Mapping[str, Delete]
    counts: Mapping[str, Select[Any]]
    oldest: Mapping[str, Select[Any]]


def _kept(
    key: InstrumentedAttribute[Any], stamp: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]
) -> Kept:
    table = key.class_.__tablename__
    is_old = (stamp < _before, *conditions)
    return Kept(
        old=select(key.label("id"), stamp.label("stamp"))
        .where(stamp >= _since, *is_old)
        .order_by(stamp)
        .limit(_limit)
        .with_for_update(skip_locked=True),
        deletes={table: delete(key.class_).where(key.in_(_ids))},
        counts={table: select(func.count()).select_from(key.class_).where(*is_old)},
        oldest={table: select(func.min(stamp))},
    )


_ATTEMPTS: Final = SendAttempt.__tablename__
# A run that waited for a worker longer than the retention has only just been answered.
_RUNS: Final = _kept(
    TaskRun.task_id,
    TaskRun.created_at,
    TaskRun.state == RunState.DONE,
    func.coalesce(TaskRun.finished_at, TaskRun.created_at) < _before,
)
_VERIFICATIONS: Final = _kept(Verification.id, Verification.created_at, Verification.expires_at < _before)
_WITH_MESSAGES: Final = Kept(
    old=_RUNS.old,
    # A text of a caller's own words belongs to its run alone.
    deletes={
        _ATTEMPTS: delete(SendAttempt).where(
            SendAttempt.task_id.in_(_ids), SendAttempt.verification_id.is_(None)
        ),
        **_RUNS.deletes,
    },
    counts=_RUNS.counts,
    oldest=_RUNS.oldest,
)
_old_verifications: Final = select(Verification.id).where(
    Verification.created_at < _before, Verification.expires_at < _before
)
_old_runs: Final = select(TaskRun.task_id).where(
    TaskRun.created_at < _before,
    TaskRun.state == RunState.DONE,
    func.coalesce(TaskRun.finished_at, TaskRun.created_at) < _before,
)
_WITH_ATTEMPTS: Final = Kept(
    old=_VERIFICATIONS.old,
    # The texts go first: what they belong to must be there as long as they are.
    deletes={
        _ATTEMPTS: delete(SendAttempt).where(SendAttempt.verification_id.in_(_ids)),
        **_VERIFICATIONS.deletes,
    },
    counts={
        **_VERIFICATIONS.counts,
        _ATTEMPTS: select(func.count())
        .select_from(SendAttempt)
        .where(
            or_(
                SendAttempt.verification_id.in_(_old_verifications),
                and_(SendAttempt.verification_id.is_(None), SendAttempt.task_id.in_(_old_runs)),
            )
        ),
    },
    # A text of a caller's own words has no verification whose stamp could be looked up by its index.
    oldest={**_VERIFICATIONS.oldest, _ATTEMPTS: select(func.min(SendAttempt.sent_at))},
)

KEPT: Final = (
    _WITH_MESSAGES,
    _WITH_ATTEMPTS,
    _kept(ProviderCall.id, ProviderCall.answered_at),
    _kept(GuardDecision.id, GuardDecision.decided_at),
)
"""What `purge` removes: runs that are done, verifications that have expired, and what was noted of them."""
