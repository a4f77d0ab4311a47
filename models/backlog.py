"""What has not ended yet, counted: the queue as the database knows it.

Lives here: one light look-up. An unfinished run is due when its time has come and nobody holds it: lease and
wait are both `not_before`. Messages of the open door that were not taken yet are Redis' to count.
"""

from typing import Any, Final

from sqlalchemy import Select, case, func, select

from models.task_run import OPEN, TaskRun
from phone_verification.database_clock import now, seconds_between

_is_due: Final = TaskRun.not_before <= now()

BACKLOG: Final[Select[*tuple[Any, ...]]] = (
    select(
        TaskRun.operation,
        TaskRun.state,
        func.count().label("runs"),
        func.count().filter(_is_due).label("due"),
        func.max(case((_is_due, seconds_between(now(), TaskRun.not_before)))).label("oldest_due_seconds"),
    )
    .where(OPEN)
    .group_by(TaskRun.operation, TaskRun.state)
)
"""Unfinished runs by operation and state; of those that are due, how many, and for how long the oldest is."""
