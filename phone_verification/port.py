"""The client as a backend's code names it: what the real one and the fake both are.

Lives here: one protocol. Write `Client` in your signatures, and hand in `VerificationClient` in production
and `phone_verification.testing.FakeVerificationClient` in tests.
"""

from types import TracebackType
from typing import Protocol, Self

from sqlalchemy.orm import Session

from phone_verification.results import RunStatus


class Client(Protocol):
    """Sends and checks codes, and sends texts; what each method promises is said at `VerificationClient`."""

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
        """Ask for a code to be sent; return the task id, which is also the handle for checking."""
        ...

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
        """Ask whether a code is right; return the task id to poll."""
        ...

    def send_message(
        self,
        phone_number: str,
        body: str,
        *,
        task_id: str | None = None,
        session: Session | None = None,
    ) -> str:
        """Ask for a text of your own words to be sent; return the task id to poll."""
        ...

    def status(self, task_id: str) -> RunStatus:
        """Tell where a task stands."""
        ...

    def wait(self, task_id: str, *, timeout_seconds: float = 5) -> RunStatus:
        """Poll until the task is done or the time is up; return what was seen last."""
        ...

    def close(self) -> None:
        """Let go of whatever it holds."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
