"""Twilio's book of verifications and the messages that left it.

A pending verification is found by service and number; an ended one is kept for the Attempts API
and for tests that ask what really happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from simulator.verify.verification import SendAttempt, Status, Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one phone received."""

    to: str
    channel: str
    code: str
    text: str
    verification_sid: str
    attempt_sid: str
    at: datetime


@dataclass(slots=True)
class Book:
    """All verifications by sid, the latest of each number, and every message in order."""

    by_sid: dict[str, Verification] = field(default_factory=dict)
    latest: dict[tuple[str, str], Verification] = field(default_factory=dict)
    by_attempt: dict[str, Verification] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    by_number: dict[str, list[Message]] = field(default_factory=dict)

    def enter(self, verification: Verification) -> None:
        """Write a new verification in; it supersedes the number's earlier one."""
        self.by_sid[verification.sid] = verification
        self.latest[verification.service_sid, verification.to] = verification

    def record(self, verification: Verification, attempt: SendAttempt, text: str) -> None:
        """Write down that a message left."""
        verification.attempts.append(attempt)
        self.by_attempt[attempt.sid] = verification
        message = Message(
            to=verification.to,
            channel=attempt.channel,
            code=verification.code,
            text=text,
            verification_sid=verification.sid,
            attempt_sid=attempt.sid,
            at=attempt.at,
        )
        self.messages.append(message)
        self.by_number.setdefault(verification.to, []).append(message)

    def find(self, service_sid: str, key: str, now: datetime) -> Verification | None:
        """The verification with that sid, or the latest one of that number or e-mail."""
        found = self.by_sid.get(key) or self.latest.get((service_sid, key))
        if found is None or found.service_sid != service_sid:
            return None
        found.expire_if_due(now)
        return found

    def pending(self, service_sid: str, key: str, now: datetime) -> Verification | None:
        """As `find`, but only while a code can still be checked."""
        found = self.find(service_sid, key, now)
        return found if found is not None and found.status is Status.PENDING else None

    def messages_to(self, to: str | None) -> list[Message]:
        """Every message to that number, or every message, oldest first."""
        return self.messages if to is None else self.by_number.get(to, [])

    def attempts(self, now: datetime, to: str | None = None) -> Iterator[tuple[Verification, SendAttempt]]:
        """Every send to that number, or every send, newest first."""
        for message in reversed(self.messages_to(to)):
            verification = self.by_attempt[message.attempt_sid]
            verification.expire_if_due(now)
            yield verification, _attempt(verification, message.attempt_sid)


def _attempt(verification: Verification, sid: str) -> SendAttempt:
    return next(attempt for attempt in verification.attempts if attempt.sid == sid)
