"""Waiting for a turn that the process gives: every slot for sends is taken.

Lives here: one statement, built once at import. Waiting for another run of the same number is in `claims`.
"""

from typing import Final

from sqlalchemy import BindParameter, Float, bindparam, case, update

from models.task_run import TaskRun
from phone_verification.database_clock import now, now_plus, seconds_until
from phone_verification.kinds import RunState

_RESTING: Final = (RunState.ACCEPTED, RunState.WAITING, RunState.AMBIGUOUS)
_AFTER_TURN_SECONDS: Final = 3.0

_delay: Final[BindParameter[float]] = bindparam("delay_seconds", type_=Float())
_fits: Final = seconds_until(TaskRun.deadline_at) - bindparam("least_left_seconds", type_=Float())
_wait: Final = case((_fits < _delay, _fits), else_=_delay)

WAIT_FOR_SLOT: Final = (
    update(TaskRun)
    .where(
        TaskRun.task_id == bindparam("run"),
        TaskRun.state.in_(_RESTING),
        TaskRun.not_before <= now(),
        _fits > 0,
    )
    .values(not_before=now_plus(_wait), ring_at=now_plus(_wait + _AFTER_TURN_SECONDS))
    .returning(seconds_until(TaskRun.not_before).label("delay_seconds"), TaskRun.wants_result)
)
"""Come back after `delay_seconds`, sooner when only that leaves time for a call; no row when none is left."""
