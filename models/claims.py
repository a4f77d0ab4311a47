"""Statements that take a run: begin, claim, wait a turn, renew.

Lives here: SQL built once at import. What the states mean is drawn in docs/architecture.md.
A claim is written before the provider is asked, so that a crash leaves the truth behind.
"""

from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from models.task_run import TaskRun
from phone_verification.accepted_runs import WRITTEN
from phone_verification.database_clock import Instant, now, now_plus, seconds_between, seconds_until
from phone_verification.kinds import Operation, RunState, Service

_SENDING: Final = tuple(operation for operation in Operation if operation.is_sending)
_UNTRIED: Final = (RunState.ACCEPTED, RunState.WAITING)
_RESTING: Final = (RunState.ACCEPTED, RunState.WAITING, RunState.AMBIGUOUS)
_HELD: Final = (RunState.CALLING, RunState.AMBIGUOUS, RunState.SETTLING)

# An alarm, which counts by its process' clock, may ring this much before the database thinks it is time.
_EARLY_SECONDS: Final = 1.0
_AFTER_TURN_SECONDS: Final = 3.0
_LATEST_REQUEST_SECONDS: Final = 60.0

# Not named like a column: SQLAlchemy would take the value for a SET or VALUES of its own.
_task_id: Final[BindParameter[str]] = bindparam("run")
_service: Final = bindparam("as_service", value=None, type_=TaskRun.service.type)
_lease: Final = bindparam("lease_seconds", type_=Float())
_tail: Final = bindparam("tail_seconds", type_=Float())
_delay: Final = bindparam("delay_seconds", type_=Float())


def _lease_until(left_seconds: SQLColumnExpression[float]) -> now_plus:
    """A lease ends soon after the deadline: a killed worker must not delay the final answer."""
    return now_plus(case((left_seconds + _tail < _lease, left_seconds + _tail), else_=_lease))


lease_end: Final = _lease_until(seconds_until(TaskRun.deadline_at))
"""When a lease taken now ends: in `lease_seconds`, or `tail_seconds` after the deadline."""
_is_untried: Final = TaskRun.state.in_(_UNTRIED)

_CLAIMED: Final = (
    TaskRun.epoch,
    TaskRun.state,
    TaskRun.posts,
    TaskRun.sealed_arguments,
    TaskRun.wants_result,
    TaskRun.phone_fingerprint,
    TaskRun.phone_masked,
    TaskRun.country,
    TaskRun.code_hmac,
    TaskRun.verification_id,
    TaskRun.service,
    TaskRun.error_kind,
    seconds_until(TaskRun.deadline_at).label("left_seconds"),
    seconds_between(now(), TaskRun.created_at).label("since_accepted_seconds"),
    seconds_between(now(), TaskRun.first_begun_at).label("since_first_seconds"),
    seconds_between(now(), TaskRun.last_begun_at).label("since_last_seconds"),
    now().label("claimed_at"),
)

_is_time: Final = TaskRun.not_before <= now_plus(
    case(
        (TaskRun.state.in_((RunState.WAITING, RunState.AMBIGUOUS)), literal(_EARLY_SECONDS)),
        else_=literal(0.0),
    )
)

CLAIM: Final = (
    update(TaskRun)
    .where(
        TaskRun.task_id == _task_id,
        TaskRun.operation == bindparam("as_operation", type_=TaskRun.operation.type),
        TaskRun.state != RunState.DONE,
        TaskRun.deadline_at > now(),
        _is_time,
    )
    .values(
        epoch=TaskRun.epoch + 1,
        not_before=lease_end,
        ring_at=lease_end,
        state=case((_is_untried, RunState.CALLING), else_=RunState.SETTLING),
        # Of a run in doubt it is told where its request went, not where it would go now. An untried one goes
        # where its worker sends, but stays where a code of ours was made for it.
        service=case(
            (~_is_untried, TaskRun.service),
            (_service == Service.MESSAGING, _service),
            else_=func.coalesce(TaskRun.service, _service),
        ),
        posts=TaskRun.posts + case((_is_untried, 1), else_=0),
        first_begun_at=func.coalesce(TaskRun.first_begun_at, now()),
        last_begun_at=case((_is_untried, now()), else_=TaskRun.last_begun_at),
    )
    .returning(*_CLAIMED)
)
"""Take a run whose time has come: an untried one to `calling`, a doubtful one to `settling`."""

_asked: Final = func.coalesce(seconds_until(bindparam("requested_at", type_=Instant())), literal(0.0))
_given_seconds: Final = case(
    (_asked > _LATEST_REQUEST_SECONDS, _LATEST_REQUEST_SECONDS), else_=_asked
) + bindparam("deadline_seconds", type_=Float())


# A message that is overdue when it comes is still held for a moment: its holder, who asks nothing, hands
# it back; a lease in the past would make it a run whose answer was lost.
_never_past: Final = case((_given_seconds < 0, literal(0.0)), else_=_given_seconds)


def _accepted_values() -> dict[str, ColumnElement[Any]]:
    columns = TaskRun.__table__.c
    values: dict[str, ColumnElement[Any]] = {
        name: bindparam(name, type_=columns[name].type) for name in WRITTEN
    }
    values["deadline_at"] = now_plus(_given_seconds)
    return values


def _open_door(insert: Any, **state: Any) -> Any:  # noqa: ANN401 - the dialects' inserts share no base
    # The conflict target is named: a bare DO NOTHING would also swallow a clash on the locks, and lose
    # the run.
    return (
        insert(TaskRun)
        .values({**_accepted_values(), **state})
        .on_conflict_do_nothing(index_elements=["task_id"])
        .returning(*_CLAIMED)
    )


_CALLING: Final = {
    "state": RunState.CALLING,
    "epoch": 1,
    "posts": 1,
    "service": _service,
    "first_begun_at": now(),
    "last_begun_at": now(),
    "not_before": _lease_until(_never_past),
    "ring_at": _lease_until(_never_past),
}
_WAITING: Final = {
    "state": RunState.WAITING,
    "not_before": now_plus(_delay),
    "ring_at": now_plus(_delay + _AFTER_TURN_SECONDS),
}

BEGIN: Final = {
    "postgresql": _open_door(postgresql.insert, **_CALLING),
    "sqlite": _open_door(sqlite.insert, **_CALLING),
}
"""Accept an open-door message and claim it at once; no row when the id is taken."""

BEGIN_WAITING: Final = {
    "postgresql": _open_door(postgresql.insert, **_WAITING),
    "sqlite": _open_door(sqlite.insert, **_WAITING),
}
"""Accept an open-door message whose number is busy."""

_holder: Final = aliased(TaskRun)
_holder_wait: Final = (
    select(func.max(seconds_until(_holder.not_before)))
    .where(
        _holder.phone_fingerprint == TaskRun.phone_fingerprint,
        _holder.operation.in_(_SENDING),
        TaskRun.operation.in_(_SENDING),
        _holder.state.in_(_HELD),
        _holder.task_id != TaskRun.task_id,
    )
    .correlate(TaskRun)
    .scalar_subquery()
)
_turn_seconds: Final = case((_holder_wait > _delay, _holder_wait), else_=_delay)

WAIT_TURN: Final = (
    update(TaskRun)
    .where(TaskRun.task_id == _task_id, TaskRun.state.in_(_RESTING), TaskRun.not_before <= now())
    .values(not_before=now_plus(_turn_seconds), ring_at=now_plus(_turn_seconds + _AFTER_TURN_SECONDS))
    .returning(seconds_until(TaskRun.not_before).label("delay_seconds"), TaskRun.wants_result)
)
"""Wait while another run of this number asks: `delay_seconds`, for a send at least its holder's lease."""

mine: Final = and_(
    TaskRun.task_id == _task_id,
    TaskRun.epoch == bindparam("held_epoch"),
    TaskRun.state == bindparam("mine", type_=TaskRun.state.type),
)
"""The run as it was claimed: nobody has taken it since."""

RENEW: Final = update(TaskRun).where(mine).values(not_before=lease_end, ring_at=lease_end)
"""Hold on before a further call under the same claim; no row when the claim is lost."""

RENEW_TO_POST: Final = RENEW.values(
    state=bindparam("next_state", type_=TaskRun.state.type),
    posts=TaskRun.posts + 1,
    last_begun_at=now(),
)
"""Hold on, and say that one more POST may leave."""

STORED: Final = select(
    TaskRun.state,
    TaskRun.operation,
    TaskRun.arguments_fingerprint,
    TaskRun.result,
    TaskRun.wants_result,
).where(TaskRun.task_id == _task_id)
"""What is known of a task id."""
