"""Sessions: which tasks are whose, kept in memory. A real backend uses its own sessions.

Lives here: what a person's cookie stands for. Must not: outlive the process, or know of HTTP.
"""

import secrets
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

COOKIE: Final = "session"
_MOST_TASKS: Final = 100


@dataclass(slots=True)
class Session:
    """The sends and checks that one person asked for, in order, and the numbers that are verified."""

    sends: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    verified: list[str] = field(default_factory=list, repr=False)
    _numbers: dict[str, str] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock)

    def add_send(self, task_id: str, phone_number: str) -> None:
        """Bind a send, whose task id is the handle for checking, to this person."""
        self.sends.append(task_id)
        self._numbers[task_id] = phone_number
        for old in self.sends[:-_MOST_TASKS]:
            self._numbers.pop(old, None)
        del self.sends[:-_MOST_TASKS]

    def add_check(self, task_id: str) -> None:
        """Bind a check to this person."""
        self.checks.append(task_id)
        del self.checks[:-_MOST_TASKS]

    def owns(self, task_id: str) -> bool:
        """Whether this person asked for that task."""
        return task_id in self.sends or task_id in self.checks

    def consume(self, handle: str) -> bool:
        """Mark the number of an approved send as verified; True the first time, and never again.

        This is where a real backend writes the number to the person's account, in one transaction with a
        unique row for the handle, so that one approval never serves two purposes.
        """
        with self._lock:
            number = self._numbers.pop(handle, None)
            if number is None:
                return False
            self.verified.append(number)
            return True


class Sessions:
    """All sessions, by a key that cannot be guessed; the longest unused ones make room."""

    def __init__(self, *, lifetime_seconds: float = 3_600, most: int = 10_000) -> None:
        self._lifetime_seconds = lifetime_seconds
        self._most = most
        self._sessions: dict[str, tuple[Session, float]] = {}
        self._lock = Lock()

    def start(self) -> tuple[str, Session]:
        """Open a session; return its key, which is the person's cookie, and the session."""
        key, session = secrets.token_urlsafe(32), Session()
        with self._lock:
            self._sessions[key] = (session, time.monotonic())
            while len(self._sessions) > self._most:
                del self._sessions[next(iter(self._sessions))]
        return key, session

    def find(self, key: str | None) -> Session | None:
        """Return the session of a key, unless it is unknown or was not used for its lifetime."""
        with self._lock:
            session, used_at = self._sessions.pop(key or "", (None, 0.0))
            if session is None or time.monotonic() - used_at > self._lifetime_seconds:
                return None
            self._sessions[str(key)] = (session, time.monotonic())
            return session
