"""Everything that is kept of one number: found by its fingerprints, counted, and deleted for good.

Lives here: SQL built once at import. `phone_fingerprints` are the number's under every key we hold.
"""

from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    not_,
    or_,
    select,
)

from models.guard_decision import GuardDecision
from models.provider_call import ProviderCall
from models.task_run import TaskRun
from models.verification import SendAttempt, Verification
from phone_verification.database_clock import now_plus, seconds_until
from phone_verification.kinds import RunState

_phones: Final[BindParameter[list[str]]] = bindparam("phone_fingerprints", expanding=True)
_ids: Final[BindParameter[list[str]]] = bindparam("ids", expanding=True)
_limit: Final = bindparam("limit", type_=Integer())
_grace: Final = bindparam("grace_seconds", type_=Float())
_storing: Final = bindparam("storing_seconds", type_=Float())

of_number: Final = TaskRun.phone_fingerprint.in_(_phones)
"""Whether a run is of the number."""

_runs: Final = select(TaskRun.task_id).where(of_number)
_verifications: Final = select(Verification.id).where(Verification.phone_fingerprint.in_(_phones))

# A run of the open door is over for its worker only when its result is stored in Celery's backend too.
_is_storing: Final = and_(
    TaskRun.state == RunState.DONE,
    TaskRun.wants_result,
    func.coalesce(TaskRun.finished_at, TaskRun.created_at) > now_plus(-_storing),
)
_is_open: Final = and_(TaskRun.state != RunState.DONE, TaskRun.deadline_at > now_plus(-_grace))
_is_going_on: Final = or_(_is_open, _is_storing)

GOING_ON: Final = select(
    func.count().label("runs"),
    func.max(case((_is_open, seconds_until(TaskRun.deadline_at) + _grace), else_=_storing)).label(
        "left_seconds"
    ),
).where(of_number, _is_going_on)
"""How many of the number's runs somebody may still write to, and for how many seconds at most."""

OVER: Final = _runs.where(not_(_is_going_on)).limit(_limit)
"""A batch of the number's runs that nobody writes to any more."""

VERIFICATIONS: Final = _verifications.limit(_limit)
"""A batch of the number's verifications."""

DELETE_RUNS: Final = {
    ProviderCall.__tablename__: delete(ProviderCall).where(ProviderCall.task_id.in_(_ids)),
    GuardDecision.__tablename__: delete(GuardDecision).where(GuardDecision.task_id.in_(_ids)),
    SendAttempt.__tablename__: delete(SendAttempt).where(
        SendAttempt.task_id.in_(_ids), SendAttempt.verification_id.is_(None)
    ),
    TaskRun.__tablename__: delete(TaskRun).where(TaskRun.task_id.in_(_ids)),
}
"""Delete runs by `ids`, and what was noted of them, by table."""

DELETE_VERIFICATIONS: Final = {
    SendAttempt.__tablename__: delete(SendAttempt).where(SendAttempt.verification_id.in_(_ids)),
    Verification.__tablename__: delete(Verification).where(Verification.id.in_(_ids)),
}
"""Delete verifications by `ids`, and their texts, by table."""

HELD: Final[dict[str, Select[Any]]] = {
    TaskRun.__tablename__: select(func.count()).select_from(_runs.subquery()),
    Verification.__tablename__: select(func.count()).select_from(_verifications.subquery()),
    SendAttempt.__tablename__: select(func.count()).where(
        or_(
            SendAttempt.verification_id.in_(_verifications),
            and_(SendAttempt.verification_id.is_(None), SendAttempt.task_id.in_(_runs)),
        )
    ),
    ProviderCall.__tablename__: select(func.count()).where(ProviderCall.task_id.in_(_runs)),
    GuardDecision.__tablename__: select(func.count()).where(GuardDecision.task_id.in_(_runs)),
}
"""How many rows of each table are about the number."""
