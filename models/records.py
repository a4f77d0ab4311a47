"""Statements that end or hand back a run, and those that keep the facts an answer told.

Lives here: SQL built once at import. Facts are written whatever becomes of the run: they are true under
any epoch. Only the run's own row is fenced.
"""

from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Double,
    Float,
    Update,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from models.closed_sets import VerificationStatus
from models.provider_call import ProviderCall
from models.task_run import TaskRun
from models.verification import SendAttempt, Verification
from phone_verification.database_clock import now, now_plus
from phone_verification.kinds import RunState, Service

TRIES: Final = 5
"""Checks that Twilio allows for one verification: https://www.twilio.com/docs/api/errors/60202"""

_AFTER_ALARM_SECONDS: Final = 3.0

_runs: Final = TaskRun.__table__.c
# Not named like a column: SQLAlchemy would take the value for a SET or VALUES of its own.
_task_id: Final[BindParameter[str]] = bindparam("run")
_unsent: Final = bindparam("unsent_posts", value=0, type_=_runs.posts.type)
_fenced: Final = and_(TaskRun.task_id == _task_id, TaskRun.epoch == bindparam("held_epoch"))


def _ended(statement: Update) -> Update:
    return statement.values(
        state=RunState.DONE,
        outcome=bindparam("outcome", type_=_runs.outcome.type),
        error_kind=bindparam("error_kind", type_=_runs.error_kind.type),
        provider_code=bindparam("provider_code"),
        provider_sid=bindparam("provider_sid"),
        result=bindparam("result", type_=_runs.result.type),
        finished_at=bindparam("finished_at", type_=_runs.finished_at.type),
        sealed_arguments=null(),
        ring_at=null(),
    )


RECORD: Final = _ended(
    update(TaskRun).where(_fenced, TaskRun.state.in_((RunState.CALLING, RunState.SETTLING)))
).values(posts=TaskRun.posts - _unsent)
"""End a run under its claim; a POST that certainly did not leave is given back."""

HOLDS: Final = (
    select(TaskRun.task_id)
    .where(_fenced, TaskRun.state.in_((RunState.CALLING, RunState.SETTLING)))
    .with_for_update()
)
"""Whether a run is still held under its claim; locked until the transaction ends, as all that ends it."""

RECORD_UNFENCED: Final = _ended(
    update(TaskRun).where(TaskRun.task_id == _task_id, TaskRun.state != RunState.DONE)
)
"""End a run without its claim: with a definite success that came late, or by the sweeper that locked it."""

_HAND_BACK: Final = (
    update(TaskRun)
    .where(_fenced, TaskRun.state == bindparam("mine", type_=_runs.state.type))
    .values(
        error_kind=bindparam("why", type_=_runs.error_kind.type),
        provider_code=bindparam("provider_code"),
        not_before=now_plus(bindparam("delay_seconds", type_=Float())),
        ring_at=now_plus(bindparam("delay_seconds", type_=Float()) + _AFTER_ALARM_SECONDS),
    )
)

HAND_BACK_WAITING: Final = _HAND_BACK.where(TaskRun.state == RunState.CALLING).values(
    state=RunState.WAITING,
    posts=TaskRun.posts - 1,
    first_begun_at=case((TaskRun.posts == 1, null()), else_=TaskRun.first_begun_at),
)
"""Let go of a run whose POST certainly did not leave: it is no POST. No edge leads here from doubt."""

HAND_BACK_AMBIGUOUS: Final = _HAND_BACK.values(state=RunState.AMBIGUOUS, posts=TaskRun.posts - _unsent)
"""Let go of a run whose POST may have left; one that certainly did not is given back."""

ADD_CALL: Final = insert(ProviderCall)
"""Keep one line of the audit trail."""

_COPIED: Final = (
    "id",
    "phone_fingerprint",
    "phone_masked",
    "country",
    "channel",
    "status",
    "sends",
    "failed_checks",
    "code_hmac",
    "number_block",
    "service",
)


def verification_columns(prefix: str = "") -> dict[str, ColumnElement[Any]]:
    """Write what an answer told of a verification as columns; their values are named with the prefix."""
    columns = Verification.__table__.c
    age: BindParameter[float] = bindparam(f"{prefix}age_seconds", type_=Double())
    ttl: BindParameter[float] = bindparam(f"{prefix}ttl_seconds", type_=Double())
    is_approved = bindparam(f"{prefix}is_approved", type_=Boolean())
    sent_ago: ColumnElement[float | None] = cast(
        bindparam(f"{prefix}sent_seconds_ago", type_=Double()), Double()
    )
    return {
        **{name: bindparam(f"{prefix}{name}", type_=columns[name].type) for name in _COPIED},
        "created_at": now_plus(-age),
        "expires_at": now_plus(ttl - age),
        "last_sent_at": case((sent_ago.is_not(None), now_plus(-sent_ago)), else_=null()),
        "completed_at": case((is_approved, now()), else_=null()),
    }


def added_to_known(added: Any) -> Any:  # noqa: ANN401 - the dialects' inserts share no base
    """Add what an answer told of a verification to what is known of it; approval is never taken back."""
    new = added.excluded
    approved = Verification.status == VerificationStatus.APPROVED
    # A code of our own that was ended for another one does not come back with its text.
    final = or_(
        approved,
        and_(Verification.service == Service.MESSAGING, Verification.status != VerificationStatus.PENDING),
    )
    failed = Verification.failed_checks + new.failed_checks
    return added.on_conflict_do_update(
        index_elements=["id"],
        set_={
            "status": case((final, Verification.status), else_=new.status),
            "sends": case((new.sends > Verification.sends, new.sends), else_=Verification.sends),
            "failed_checks": case((failed > TRIES, TRIES), else_=failed),
            "code_hmac": func.coalesce(Verification.code_hmac, new.code_hmac),
            "number_block": func.coalesce(Verification.number_block, new.number_block),
            "channel": func.coalesce(new.channel, Verification.channel),
            "last_sent_at": func.coalesce(new.last_sent_at, Verification.last_sent_at),
            "completed_at": func.coalesce(Verification.completed_at, new.completed_at),
        },
    )


KEEP_VERIFICATION: Final = {
    "postgresql": added_to_known(postgresql.insert(Verification).values(verification_columns())),
    "sqlite": added_to_known(sqlite.insert(Verification).values(verification_columns())),
}
"""Write what an answer told of a verification; `failed_checks` is added, approval is never taken back."""


def attempt_columns(prefix: str = "") -> dict[str, ColumnElement[Any]]:
    """Write a text that was made as columns; their values are named with the prefix."""
    names = ("attempt_sid", "verification_id", "task_id", "channel")
    columns = SendAttempt.__table__.c
    look_in: ColumnElement[float | None] = cast(
        bindparam(f"{prefix}look_in_seconds", type_=Double()), Double()
    )
    return {
        **{name: bindparam(f"{prefix}{name}", type_=columns[name].type) for name in names},
        "look_at": case((look_in.is_not(None), now_plus(look_in)), else_=null()),
    }


def unless_known(added: Any) -> Any:  # noqa: ANN401 - as above
    """Add a text once; return its sid only if it was new."""
    return added.on_conflict_do_nothing(index_elements=["attempt_sid"]).returning(SendAttempt.attempt_sid)


KEEP_ATTEMPT: Final = {
    "postgresql": unless_known(postgresql.insert(SendAttempt).values(attempt_columns())),
    "sqlite": unless_known(sqlite.insert(SendAttempt).values(attempt_columns())),
}
"""Write that a text was made, once, and in how many seconds to look whether it arrived, null for never.

No row when it was known.
"""
