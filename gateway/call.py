"""What was asked: an answer counts only when it echoes this."""

from dataclasses import dataclass, field

from gateway.answer import Endpoint
from gateway.sender import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of Verify."""

    endpoint: Endpoint
    service_sid: str
    to: str | None = field(default=None, repr=False)
    sid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCall:
    """A call of Messaging."""

    endpoint: Endpoint
    account_sid: str
    sender: Sender
    to: str | None = field(default=None, repr=False)
    sid: str | None = None


AnyCall = Call | MessageCall
