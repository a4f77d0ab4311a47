"""A database that is away for a moment, while an answer of Twilio's is in hand.

Lives here: trying again inside the lease. After that the run's state tells whoever comes next.
"""

import time
from collections.abc import Callable
from itertools import count
from typing import Final, TypeVar

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tasks.claim import Claim

# A primary that was demoted answers reads and refuses writes: psycopg calls that an internal error.
DATABASE_AWAY: Final = (OperationalError, InterfaceError, InternalError, PoolTimeoutError)

_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 1.0

T = TypeVar("T")


def patiently(claim: Claim, write: Callable[[], T]) -> T:
    """Write under a claim, again and again until its lease is over; then raise what the database said."""
    for attempt in count():
        try:
            return write()
        except DATABASE_AWAY:
            pause = min(_FIRST_PAUSE_SECONDS * 2**attempt, _LONGEST_PAUSE_SECONDS)
            if claim.elapsed_seconds() + pause > claim.lease_seconds:
                raise
            time.sleep(pause)
    raise AssertionError("count() is endless")
