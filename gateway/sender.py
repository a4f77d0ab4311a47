"""Whom our texts come from: a messaging service (MG…), or one number or name of the account.

Lives here: how a sender is asked for, and how one is known again in a message.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.fields import BrokenBodyError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A sender; where both are given the messaging service is it."""

    messaging_service_sid: str | None = None
    from_number: str | None = field(default=None, repr=False)

    def as_arguments(self) -> dict[str, str]:
        """Say it in the SDK's words."""
        if self.messaging_service_sid:
            return {"messaging_service_sid": self.messaging_service_sid}
        return {"from_": self.from_number or ""}

    def sent(self, message: Mapping[str, Any]) -> bool:
        """Whether a message names it. Raises BrokenBodyError when the message cannot say.

        A message of a service has no `from` until a number was chosen: that null is an answer, a field
        that is not there is none.
        """
        name, mine = (
            ("messaging_service_sid", self.messaging_service_sid)
            if self.messaging_service_sid
            else ("from", self.from_number)
        )
        if name not in message:
            raise BrokenBodyError
        return bool(message[name] == mine)
