"""Parts that fail, and say everything they know while they do: the text of no exception can be trusted.

Lives here: gateways and an acceptance that work as ours do, but for some marked numbers.
"""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import text

from gateway.answer import Answer
from gateway.port import Gateway, Messenger
from models.database import Database
from phone_verification.acceptance import Acceptance
from phone_verification.arguments import CheckArguments, SendArguments
from phone_verification.kinds import Operation
from tests.privacy.marks import BREAKS_A_STATEMENT, IS_NOT_ACCEPTED, RAISES, RAISES_A_TEXT, RAISING_CODE

# A row that lacks what it must have: PostgreSQL says in its own words what was in it.
_IMPOSSIBLE = text("INSERT INTO guard_decisions (task_id) VALUES (:said)")


class ClumsyGateway:
    """Asks as the real one does, and stumbles over some numbers and over one code."""

    def __init__(self, real: Gateway, database: Database) -> None:
        self._real, self._database = real, database

    def start(self, *, to: str, **asked: Any) -> Answer:
        """Start a verification."""
        if to in {number.e164 for number in RAISES}:
            raise RuntimeError(f"no verification for {to} {asked}")
        if to in {number.e164 for number in BREAKS_A_STATEMENT}:
            self._database.one(_IMPOSSIBLE, {"said": to})
        return self._real.start(to=to, **asked)

    def check(self, *, code: str, **asked: Any) -> Answer:
        """Check a code."""
        if code == RAISING_CODE:
            raise RuntimeError(f"no check of {code} {asked}")
        return self._real.check(code=code, **asked)

    def fetch(self, **asked: Any) -> Answer:
        """Look at a verification."""
        return self._real.fetch(**asked)

    def attempts(self, **asked: Any) -> Answer:
        """List texts."""
        return self._real.attempts(**asked)

    def service(self, **asked: Any) -> Answer:
        """Look at the service."""
        return self._real.service(**asked)


class ClumsyMessenger:
    """Texts as the real one does, and stumbles over some numbers."""

    def __init__(self, real: Messenger) -> None:
        self._real = real

    def create(self, *, to: str, body: str, **asked: Any) -> Answer:
        """Make a message."""
        if to in {number.e164 for number in RAISES_A_TEXT}:
            raise RuntimeError(f"no text to {to}: {body} {asked}")
        return self._real.create(to=to, body=body, **asked)

    def messages(self, **asked: Any) -> Answer:
        """List messages."""
        return self._real.messages(**asked)

    def message(self, **asked: Any) -> Answer:
        """Look at a message."""
        return self._real.message(**asked)

    def reach(self, **asked: Any) -> Answer:
        """Look whether messages can be asked for."""
        return self._real.reach(**asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClumsyAcceptance(Acceptance):
    """Fills rows as the real one does, and stumbles over one number."""

    @classmethod
    def like(cls, real: Acceptance) -> "ClumsyAcceptance":
        """Take over what a real one was made with."""
        return cls(**{one.name: getattr(real, one.name) for one in fields(real)})

    def row(
        self,
        operation: Operation,
        task_id: str,
        arguments: SendArguments | CheckArguments,
        *,
        wants_result: bool = False,
    ) -> dict[str, Any]:
        """Fill the public columns."""
        if arguments.phone_number == IS_NOT_ACCEPTED.typed:
            raise LookupError(f"no row for {arguments.model_dump()}")
        return Acceptance.row(self, operation, task_id, arguments, wants_result=wants_result)
