"""Statements of the sweeper: what makes every run end although processes die and messages vanish.

Lives here: SQL built once at import. Several sweepers may run at once: each takes rows that no other
holds.
"""

from typing import Final

from sqlalchemy import CTE, ColumnElement, Float, bindparam, case, select, update

from models.task_run import TaskRun
from phone_verification.database_clock import now, now_plus, seconds_between
from phone_verification.kinds import RunState

_limit: Final = bindparam("limit", type_=TaskRun.epoch.type)
_LEASED: Final = (RunState.CALLING, RunState.SETTLING)
_RESTING: Final = (RunState.ACCEPTED, RunState.WAITING, RunState.AMBIGUOUS)


def _due(*conditions: ColumnElement[bool]) -> CTE:
    """Lock a page of rows; as a subquery PostgreSQL may run it again and again, and take many pages."""
    due = select(TaskRun.task_id).where(*conditions)
    return due.order_by(TaskRun.ring_at).limit(_limit).with_for_update(skip_locked=True).cte("due")


_lapsed: Final = _due(TaskRun.state.in_(_LEASED), TaskRun.ring_at < now(), TaskRun.not_before < now())
_unrung: Final = _due(TaskRun.state.in_(_RESTING), TaskRun.ring_at < now(), TaskRun.deadline_at > now())


LAPSE: Final = (
    update(TaskRun)
    .where(TaskRun.task_id.in_(select(_lapsed.c.task_id)))
    .values(state=RunState.AMBIGUOUS, epoch=TaskRun.epoch + 1, not_before=now(), ring_at=now())
    .returning(TaskRun.task_id)
    .execution_options(synchronize_session=False)
)
"""A lease ran out: nobody knows whether the POST left."""

OVERDUE: Final = (
    select(
        TaskRun.task_id,
        TaskRun.operation,
        TaskRun.state,
        TaskRun.channel,
        TaskRun.phone_masked,
        TaskRun.phone_fingerprint,
        TaskRun.verification_id,
        TaskRun.service,
        TaskRun.error_kind,
        TaskRun.provider_code,
        TaskRun.provider_sid,
        TaskRun.wants_result,
        TaskRun.epoch,
        TaskRun.posts,
        seconds_between(now(), TaskRun.created_at).label("since_accepted_seconds"),
        seconds_between(now(), TaskRun.last_begun_at).label("since_last_seconds"),
        now().label("ended_at"),
    )
    .where(TaskRun.state.in_(_RESTING), TaskRun.deadline_at < now())
    .order_by(TaskRun.deadline_at)
    .limit(_limit)
    .with_for_update(skip_locked=True)
)
"""Runs whose person has stopped waiting."""

RING: Final = (
    update(TaskRun)
    .where(TaskRun.task_id.in_(select(_unrung.c.task_id)))
    .values(
        publishes=TaskRun.publishes + 1,
        ring_at=now_plus(
            bindparam("step_seconds", type_=Float())
            * case({0: 1, 1: 2, 2: 4}, value=TaskRun.publishes, else_=6)
        ),
    )
    .returning(TaskRun.task_id, TaskRun.operation, TaskRun.wants_result)
    .execution_options(synchronize_session=False)
)
"""Runs that nobody came for: ring after 5, 10, 20 and then every 30 seconds."""
