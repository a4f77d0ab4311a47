"""The fake client: `VerificationClient`'s methods before a worker in memory, and what a test does to it.

Lives here: the two faces, for the backend and for its test. What a run comes to is decided beside it.
"""

import threading
from collections.abc import Collection
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from sqlalchemy.orm import Session

from phone_verification.errors import InvalidArgumentsError, NotReadableError
from phone_verification.kinds import ErrorKind, Operation, PollState
from phone_verification.phone_numbers import PhoneNumber, read_phone_number
from phone_verification.results import RunStatus
from phone_verification.task_ids import is_task_id
from phone_verification.testing.clock import Clock
from phone_verification.testing.door import Door
from phone_verification.testing.limits import Limits
from phone_verification.testing.text import Text
from phone_verification.testing.trouble import Failure, LostAcceptance, Trouble
from phone_verification.testing.worker import pass_time, seconds_left, work
from phone_verification.testing.world import World


class FakeVerificationClient:
    """Keeps the contract of `VerificationClient` in memory; safe to share between threads.

    A run is done when `send` or `check` returns, unless the worker is paused or Twilio is away. `now` is
    where its clock begins, the present if not given; only `advance` and `wait` move it.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        default_region: str = "KR",
        allowed_countries: Collection[str] = ("KR",),
        ttl_seconds: float = 600,
        send_deadline_seconds: float = 120,
        check_deadline_seconds: float = 30,
        now: datetime | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._default_region = default_region
        self._world = World(
            clock=Clock((now or datetime.now(UTC)).astimezone(UTC)),
            limits=limits or Limits(),
            allowed_countries=frozenset(allowed_countries),
            ttl_seconds=ttl_seconds,
            trouble=Trouble(),
        )
        self._door = Door(
            self._world,
            self._work,
            default_region=default_region,
            deadline_seconds={
                Operation.SEND: send_deadline_seconds,
                Operation.CHECK: check_deadline_seconds,
                Operation.MESSAGE: send_deadline_seconds,
            },
        )

    def send(
        self,
        phone_number: str,
        *,
        channel: str = "sms",
        locale: str | None = None,
        client_ref: str | None = None,
        task_id: str | None = None,
        session: Session | None = None,
    ) -> str:
        """Ask for a code to be sent, as `VerificationClient.send` does."""
        values = {
            "phone_number": phone_number,
            "channel": channel,
            "locale": locale,
            "client_ref": client_ref,
        }
        with self._lock:
            return self._door.accept(Operation.SEND, values, task_id, session)

    def check(
        self,
        code: str,
        *,
        phone_number: str,
        verification_id: str | None,
        by_number_alone: bool = False,
        task_id: str | None = None,
        session: Session | None = None,
    ) -> str:
        """Ask whether a code is right, as `VerificationClient.check` does."""
        if verification_id is None and not by_number_alone:
            raise InvalidArgumentsError(field="verification_id")
        values = {
            "phone_number": phone_number,
            "code": code,
            "verification_id": verification_id,
        }
        with self._lock:
            return self._door.accept(Operation.CHECK, values, task_id, session)

    def send_message(
        self,
        phone_number: str,
        body: str,
        *,
        task_id: str | None = None,
        session: Session | None = None,
    ) -> str:
        """Ask for a text to be sent, as `VerificationClient.send_message` does."""
        values = {"phone_number": phone_number, "body": body}
        with self._lock:
            return self._door.accept(Operation.MESSAGE, values, task_id, session)

    def status(self, task_id: str) -> RunStatus:
        """Tell where a task stands, as `VerificationClient.status` does."""
        with self._lock:
            if is_task_id(task_id) and self._world.trouble.take_unreadable():
                raise NotReadableError(task_id=task_id)
            run = self._world.runs.get(task_id)
            return RunStatus(task_id=task_id, state=PollState.NOT_FOUND) if run is None else run.status()

    def wait(self, task_id: str, *, timeout_seconds: float = 5) -> RunStatus:
        """Wait on the fake's own clock: it is moved until the task is done, or by so much; nobody waits."""
        with self._lock:
            status = self.status(task_id)
            if status.is_done or timeout_seconds <= 0:
                return status
            left = seconds_left(self._world.clock, self._world.runs.get(task_id))
            self.advance(timeout_seconds if left is None else min(left, timeout_seconds))
            return self.status(task_id)

    def close(self) -> None:
        """Let go of nothing: what was said and sent stays to be looked at."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def now(self) -> datetime:
        """What the fake's clock shows, in UTC."""
        return self._world.clock.now

    def advance(self, seconds: float) -> None:
        """Let time pass: codes expire, waits and limits end, and so does what nobody took in time."""
        if seconds < 0:
            raise ValueError("time does not go back")
        with self._lock:
            pass_time(self._world, seconds)

    def code(self, phone_number: str) -> str:
        """Return the last code that was texted to a number, however written; LookupError if there is none."""
        codes = [text.code for text in self.texts(phone_number) if text.code is not None]
        if not codes:
            raise LookupError(f"no code was sent to {self._read(phone_number).masked}")
        return codes[-1]

    def texts(self, phone_number: str | None = None) -> list[Text]:
        """Return the texts that were sent, oldest first; with a number, those to it."""
        with self._lock:
            if phone_number is None:
                return list(self._world.texts)
            to = self._read(phone_number).e164
            return [text for text in self._world.texts if text.to == to]

    def pause(self) -> None:
        """Let the worker take nothing more: what is accepted stays `queued` until `run` or `resume`."""
        self._world.trouble.is_paused = True

    def run(self) -> None:
        """Let the worker take everything that waits, once."""
        with self._lock:
            work(self._world)

    def resume(self) -> None:
        """Let the worker take everything at once again."""
        self._world.trouble.is_paused = False
        self.run()

    def begin_outage(self) -> None:
        """Let Twilio be away: what needs it is `retrying`, and at its deadline `provider_unavailable`."""
        self._world.trouble.is_outage = True

    def end_outage(self) -> None:
        """Let Twilio be back: what was `retrying` goes on at once."""
        self._world.trouble.is_outage = False
        self._work()

    def fail_next(
        self,
        kind: ErrorKind,
        *,
        operation: Operation | None = None,
        provider_code: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        """Let the next run, or the next of an operation, end with this kind, whatever it asks for.

        `outcome_unknown` is carried out, and its answer lost. `idempotency_conflict` is raised.
        """
        failure = Failure(
            kind=ErrorKind(kind), operation=operation, provider_code=provider_code, retry_after=retry_after
        )
        self._world.trouble.failures.append(failure)

    def fail_next_acceptance(self, *, although_accepted: bool = False, times: int = 1) -> None:
        """Let the next `send` or `check` raise NotAcceptedError, though it may have been accepted."""
        lost = LostAcceptance(is_accepted=although_accepted)
        self._world.trouble.lost_acceptances.extend([lost] * times)

    def fail_next_status(self, *, times: int = 1) -> None:
        """Let the next `status` or `wait` raise NotReadableError."""
        self._world.trouble.unreadable += times

    def _work(self) -> None:
        with self._lock:
            if not self._world.trouble.is_paused:
                work(self._world)

    def _read(self, phone_number: str) -> PhoneNumber:
        number = read_phone_number(phone_number, self._default_region)
        if number is None:
            raise ValueError("this is no phone number")
        return number
