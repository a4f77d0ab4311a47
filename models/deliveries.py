"""Statements that follow a text up: which ones to look at now, and what was seen.

Lives here: SQL built once at import. A text is looked at four times in about two minutes; then the last word
stands. A look that fails, or whose worker dies, is not made good: the next one is.
"""

from typing import Any, Final

from sqlalchemy import Boolean, Float, Integer, bindparam, case, null, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from models.task_run import TaskRun
from models.verification import IS_LOOKED_AT, SendAttempt
from phone_verification.database_clock import now, now_plus
from phone_verification.deliveries import DeliveryStatus

_PAUSES: Final = {0: 3, 1: 9, 2: 12}
"""How many times the first wait passes before the next look, by the looks taken so far."""

_FINAL: Final = [status for status in DeliveryStatus if status.is_final]
_attempts: Final = SendAttempt.__table__.c
_due: Final = (
    select(SendAttempt.attempt_sid)
    .where(IS_LOOKED_AT, SendAttempt.look_at <= now())
    .order_by(SendAttempt.look_at)
    .limit(bindparam("limit", type_=Integer()))
    .with_for_update(skip_locked=True)
    .cte("due")
)

TAKE_LOOKS: Final = (
    update(SendAttempt)
    .where(SendAttempt.attempt_sid.in_(select(_due.c.attempt_sid)))
    .values(
        looks=SendAttempt.looks + 1,
        look_at=case(
            (
                SendAttempt.looks.in_(list(_PAUSES)),
                now_plus(bindparam("first_seconds", type_=Float()) * case(_PAUSES, value=SendAttempt.looks)),
            ),
            else_=null(),
        ),
    )
    .returning(SendAttempt.attempt_sid, SendAttempt.verification_id)
    .execution_options(synchronize_session=False)
)
"""Take the texts that are to be looked at now, and say when next; the fourth look is the last."""

KEEP_DELIVERY: Final = (
    update(SendAttempt)
    .where(
        SendAttempt.attempt_sid == bindparam("text"),
        or_(SendAttempt.delivery_status.is_(None), SendAttempt.delivery_status.not_in(_FINAL)),
    )
    .values(
        message_status=bindparam("seen_status", type_=_attempts.message_status.type),
        error_code=bindparam("seen_code", type_=_attempts.error_code.type),
        delivery_status=bindparam("delivery", type_=_attempts.delivery_status.type),
        delivery_reason=bindparam("reason", type_=_attempts.delivery_reason.type),
        look_at=case((bindparam("is_final", type_=Boolean()), null()), else_=SendAttempt.look_at),
    )
)
"""Write down how far a text has come; one that has arrived, or never will, is not looked at again.

An answer that is told late takes none of that back.
"""


def of_newest_text(column: InstrumentedAttribute[Any]) -> Any:  # noqa: ANN401 - a column
    """Select a column of the newest text of the run that is selected."""
    newest = select(column).where(SendAttempt.task_id == TaskRun.task_id).correlate(TaskRun)
    return newest.order_by(SendAttempt.sent_at.desc()).limit(1).scalar_subquery().label(column.key)
