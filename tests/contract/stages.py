"""Two stages for one play: the fake client, and the real one before a worker and everything around it.

Lives here: what a test may do behind a client's back, alike on both.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from phone_verification import Client, VerificationClient
from phone_verification.phone_numbers import read_phone_number
from phone_verification.testing import FakeVerificationClient
from tests.integration.conftest import Backend
from tests.integration.passing_time import pass_time

_TAKE_ALL: Final = {
    "postgresql": "LOCK TABLE task_runs IN EXCLUSIVE MODE NOWAIT",
    # Its transactions take the whole when they begin.
    "sqlite": "SELECT 1",
}
_NOWHERE: Final = "sqlite:////nowhere/at-all/there-is-no-database.db"


class Stage(Protocol):
    """A client, and what only a test may see and do."""

    @property
    def client(self) -> Client:
        """The client that keeps the contract."""

    def code(self, number: str) -> str:
        """Return the code on the number's phone."""

    def sent(self, number: str) -> int:
        """Say how many texts the number got."""

    def advance(self, seconds: float) -> None:
        """Let time pass."""

    def pause(self) -> None:
        """Let the worker take nothing."""

    def resume(self) -> None:
        """Let it go on."""

    def begin_outage(self) -> None:
        """Let Twilio be away."""

    def end_outage(self) -> None:
        """Let Twilio be back."""

    def session(self) -> AbstractContextManager[Session]:
        """Open a session as a backend has one."""

    def without_database(self) -> AbstractContextManager[Client]:
        """Let a client lose the database, for one call of each sort."""


@dataclass(frozen=True, slots=True)
class FakeStage:
    """Everything in memory."""

    client: FakeVerificationClient
    engine: Engine

    def code(self, number: str) -> str:
        """Look into the inbox."""
        return self.client.code(number)

    def sent(self, number: str) -> int:
        """Count the texts."""
        return len(self.client.texts(number))

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.client.advance(seconds)

    def pause(self) -> None:
        """Take nothing."""
        self.client.pause()

    def resume(self) -> None:
        """Go on."""
        self.client.resume()

    def begin_outage(self) -> None:
        """Go away."""
        self.client.begin_outage()

    def end_outage(self) -> None:
        """Come back."""
        self.client.end_outage()

    def session(self) -> AbstractContextManager[Session]:
        """Open one on a database that has nothing to do with the fake."""
        return Session(self.engine)

    @contextmanager
    def without_database(self) -> Iterator[Client]:
        """Arm one failure of each sort."""
        self.client.fail_next_acceptance()
        self.client.fail_next_status()
        yield self.client


@dataclass(frozen=True, slots=True)
class RealStage:
    """A worker process, Redis, a database, and a Twilio stand-in behind HTTP."""

    backend: Backend

    @property
    def client(self) -> VerificationClient:
        """The durable door."""
        return self.backend.client

    def code(self, number: str) -> str:
        """Look at the phone."""
        return self.backend.phone.code(_e164(number)) or ""

    def sent(self, number: str) -> int:
        """Count the texts."""
        return self.backend.phone.sent(_e164(number))

    def advance(self, seconds: float) -> None:
        """Make everything older."""
        pass_time(self.backend.database, self.backend.phone, seconds)

    def pause(self) -> None:
        """Stop the process where it stands, but not with the database in hand."""
        for _ in range(10):
            os.killpg(self.backend.worker.pid, signal.SIGSTOP)
            if self._is_writable():
                return
            self.resume()
        raise TimeoutError("the worker always has the database in hand")

    def resume(self) -> None:
        """Let the process run."""
        os.killpg(self.backend.worker.pid, signal.SIGCONT)

    def begin_outage(self) -> None:
        """Refuse connections."""
        self.backend.phone.outage("refuse")

    def end_outage(self) -> None:
        """Take them again."""
        self.backend.phone.outage("off")

    def session(self) -> AbstractContextManager[Session]:
        """Open one on the worker's database."""
        return Session(self.backend.database.engine)

    @contextmanager
    def without_database(self) -> Iterator[Client]:
        """Stand before a database that is not there."""
        environment = self.backend.environment
        with VerificationClient(
            database=_NOWHERE,
            broker_url=environment["CELERY_BROKER_URL"],
            hmac_keys=environment["HMAC_KEYS"],
            seal_keys=environment["SEAL_KEYS"],
        ) as client:
            yield client

    def _is_writable(self) -> bool:
        """Whether nobody who was stopped holds what a test will write to."""
        try:
            with self.backend.database.engine.connect() as connection:
                connection.exec_driver_sql(_TAKE_ALL[self.backend.database.dialect])
                connection.rollback()
        except OperationalError:
            return False
        return True


def _e164(number: str) -> str:
    read = read_phone_number(number, "KR")
    assert read is not None
    return read.e164
