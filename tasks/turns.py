"""Turns: a send that finds every slot taken comes back later.

Lives here: for how long, and the two ways to wait: of a run in the table, and of a message that becomes one.
It comes back as it would after an outage as long as the slots have been full, but for 20 s at most: five
thousand waiting sends make a few hundred updates a second, and a moment's crowd is over in a moment.
"""

from typing import Any

from models.turns import WAIT_FOR_SLOT
from tasks.claim import Turn, begin_waiting
from tasks.figures import Figures
from tasks.retry import wait_seconds
from tasks.services import Services


def wait_for_slot(services: Services, task_id: str, full_for_seconds: float) -> Turn | None:
    """Let a run that rests come back; None when it does not rest, or has no time left for a call."""
    row = services.database.one(
        WAIT_FOR_SLOT,
        {
            "run": task_id,
            "delay_seconds": _wait_seconds(services.figures, full_for_seconds),
            "least_left_seconds": services.figures.least_left_seconds,
        },
    )
    return None if row is None else Turn(delay_seconds=row.delay_seconds, wants_result=row.wants_result)


def begin_waiting_for_slot(
    services: Services, row: dict[str, Any], requested_at: float | None, full_for_seconds: float
) -> Turn | None:
    """Accept an open-door message and let it come back; None when its task id is taken."""
    return begin_waiting(services, row, requested_at, _wait_seconds(services.figures, full_for_seconds))


def _wait_seconds(figures: Figures, full_for_seconds: float) -> float:
    return wait_seconds(figures, attempt=1, away_seconds=min(full_for_seconds, figures.retry_cap_seconds))
