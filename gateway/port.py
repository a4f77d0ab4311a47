"""The ports: what the tasks may ask of a verification provider and of a messaging provider.

No call raises for anything that the provider or the network does: the answer is a value.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from gateway.answer import Answer
from phone_verification.kinds import Channel

Guard = Callable[[], bool]
"""Asked just before the first byte is written; False leaves the request unwritten."""


class Gateway(Protocol):
    """Verify, as one provider speaks it; budgets are seconds for the whole call."""

    def start(
        self,
        *,
        to: str,
        channel: Channel,
        locale: str | None,
        budget_seconds: float,
        guard: Guard | None = None,
        rate_limits: Mapping[str, str] | None = None,
    ) -> Answer:
        """Start a verification, or send its code again."""
        ...

    def check(
        self,
        *,
        code: str,
        to: str | None = None,
        verification_sid: str | None = None,
        budget_seconds: float,
        guard: Guard | None = None,
    ) -> Answer:
        """Ask whether a code is right, of a number's pending verification or of one by its sid."""
        ...

    def fetch(self, *, to_or_sid: str, budget_seconds: float) -> Answer:
        """Look at a pending verification."""
        ...

    def attempts(
        self,
        *,
        to: str | None = None,
        verification_sid: str | None = None,
        created_after: datetime | None = None,
        budget_seconds: float,
    ) -> Answer:
        """List the texts that were made, all pages."""
        ...

    def service(self, *, budget_seconds: float) -> Answer:
        """Look at the Verify service: it is there, and our credentials are right."""
        ...


class Messenger(Protocol):
    """Programmable Messaging, as one account and one sender speak it.

    Budgets are seconds for the whole call.
    """

    def create(
        self,
        *,
        to: str,
        body: str,
        validity_seconds: int,
        budget_seconds: float,
        guard: Guard | None = None,
    ) -> Answer:
        """Make a message; it is dropped when it could not be sent within `validity_seconds`."""
        ...

    def messages(self, *, to: str, sent_since: datetime, budget_seconds: float) -> Answer:
        """List what was made for a number at or after a time, all pages; stamps are Twilio's own."""
        ...

    def message(self, *, sid: str, budget_seconds: float) -> Answer:
        """Look at one message."""
        ...

    def reach(self, *, budget_seconds: float) -> Answer:
        """Look whether messages can be asked for: the host answers, and our credentials are right."""
        ...
