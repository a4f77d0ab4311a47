"""The passing of time, without waiting: everything is made older, here and at Twilio's stand-in."""

from typing import Any, Final

from sqlalchemy import case, null, update

from models.database import Database
from models.task_run import TaskRun
from models.verification import SendAttempt, Verification
from phone_verification.database_clock import now, now_plus, seconds_between
from simulator.client import SimulatorClient

_STAMPS: Final = {
    TaskRun: (
        *("created_at", "deadline_at", "first_begun_at", "last_begun_at"),
        *("not_before", "ring_at", "finished_at"),
    ),
    Verification: ("created_at", "last_sent_at", "expires_at", "completed_at"),
    SendAttempt: ("sent_at", "look_at"),
}


def pass_time(database: Database, phone: SimulatorClient, seconds: float) -> None:
    """Make everything older, here and at Twilio."""
    phone.advance(seconds)
    with database.transaction() as connection:
        for table, names in _STAMPS.items():
            stamps = {name: _earlier(getattr(table, name), seconds) for name in names}
            connection.execute(update(table).values(stamps))


def _earlier(column: Any, seconds: float) -> Any:
    # SQLite would make a moment of none.
    return case((column.is_not(None), now_plus(seconds_between(column, now()) - seconds)), else_=null())
