"""Every message that Messaging accepted, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.messages.message import Message


@dataclass(slots=True)
class MessageBook:
    """All messages by sid and by number, oldest first."""

    by_sid: dict[str, Message] = field(default_factory=dict)
    by_number: dict[str, list[Message]] = field(default_factory=dict)

    def enter(self, message: Message) -> None:
        """Write a new message in."""
        self.by_sid[message.sid] = message
        self.by_number.setdefault(message.to, []).append(message)

    def to(self, number: str | None) -> Sequence[Message]:
        """Every message to that number, or every message."""
        return list(self.by_sid.values()) if number is None else self.by_number.get(number, [])
