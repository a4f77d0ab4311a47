"""Providers in memory, for tests that need no HTTP.

They keep the ports' promises: one code per pending verification, five tries, an end after its time; a text
for each message that was made. Answers of one's own can be put in front; their clocks are moved by hand.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from gateway.answer import (
    Answer,
    AttemptFacts,
    Endpoint,
    MessageFacts,
    SendAttempt,
    ServiceFacts,
    VerificationFacts,
)
from gateway.port import Guard
from gateway.script import Script, answered, refused
from phone_verification.kinds import Channel, ErrorKind

_TRIES: Final = 5
_SERVICE: Final = "VA" + "0" * 32


@dataclass(slots=True, kw_only=True)
class _Verification:
    sid: str
    to: str = field(repr=False)
    code: str = field(repr=False)
    started_at: float
    texts: list[str] = field(default_factory=list)
    failed_checks: int = 0
    is_approved: bool = False


class FakeGateway:
    """Implements `gateway.port.Gateway`; `ttl_seconds` and the limits are Twilio's."""

    def __init__(self, *, ttl_seconds: float = 600) -> None:
        self.now: float = 0
        self.sent: list[str] = []
        self._ttl_seconds = ttl_seconds
        self._all: list[_Verification] = []
        self._script = Script()

    def script(self, endpoint: Endpoint, answer: Answer) -> None:
        """Give this answer to the next call of an endpoint, and do nothing else."""
        self._script.put(endpoint, answer)

    def code(self, to: str) -> str | None:
        """Return the code that the number's phone shows."""
        found = self._pending(to)
        return found.code if found else None

    def start(
        self,
        *,
        to: str,
        channel: Channel,
        locale: str | None,  # noqa: ARG002 - the port's signature
        budget_seconds: float,  # noqa: ARG002 - as above
        guard: Guard | None = None,
        rate_limits: Mapping[str, str] | None = None,  # noqa: ARG002 - as above
    ) -> Answer:
        """Start a verification, or send its code again."""
        early = self._script.next(Endpoint.START, guard)
        if early is not None:
            return early
        found = self._pending(to)
        if found is None:
            code = f"{secrets.randbelow(10**6):06d}"
            found = _Verification(sid=f"VE{uuid4().hex}", to=to, code=code, started_at=self.now)
            self._all.append(found)
        if len(found.texts) == _TRIES:
            return refused(Endpoint.START, ErrorKind.MAX_SEND_ATTEMPTS, 60203, 429)
        found.texts.append(f"VL{uuid4().hex}")
        self.sent.append(to)
        return self._told(Endpoint.START, found, channel=channel.value)

    def check(
        self,
        *,
        code: str,
        to: str | None = None,
        verification_sid: str | None = None,
        budget_seconds: float,  # noqa: ARG002 - the port's signature
        guard: Guard | None = None,
    ) -> Answer:
        """Ask whether a code is right."""
        early = self._script.next(Endpoint.CHECK, guard)
        if early is not None:
            return early
        found = self._pending(verification_sid or to or "")
        if found is None:
            return refused(Endpoint.CHECK, ErrorKind.NO_VERIFICATION_RECORD, 20404, 404)
        if found.failed_checks == _TRIES:
            return refused(Endpoint.CHECK, ErrorKind.MAX_CHECK_ATTEMPTS, 60202, 429)
        found.is_approved = code == found.code
        found.failed_checks += not found.is_approved
        return self._told(Endpoint.CHECK, found, status="approved" if found.is_approved else "pending")

    def fetch(self, *, to_or_sid: str, budget_seconds: float) -> Answer:  # noqa: ARG002 - as above
        """Look at a pending verification."""
        early = self._script.next(Endpoint.FETCH)
        found = self._pending(to_or_sid)
        if early is None and found is None:
            return refused(Endpoint.FETCH, ErrorKind.NO_VERIFICATION_RECORD, 20404, 404)
        return early or self._told(Endpoint.FETCH, found)

    def attempts(
        self,
        *,
        to: str | None = None,
        verification_sid: str | None = None,
        created_after: datetime | None = None,  # noqa: ARG002 - the fake's clock is no calendar
        budget_seconds: float,  # noqa: ARG002 - as above
    ) -> Answer:
        """List the texts that were made."""
        early = self._script.next(Endpoint.ATTEMPTS)
        listed = tuple(
            AttemptFacts(attempt_sid=text, verification_sid=one.sid, to=one.to, converted=one.is_approved)
            for one in self._all
            if to in (one.to, None) and verification_sid in (one.sid, None)
            for text in one.texts
        )
        return early or answered(Endpoint.ATTEMPTS, attempts=listed)

    def service(self, *, budget_seconds: float) -> Answer:  # noqa: ARG002 - as above
        """Look at the service."""
        return self._script.next(Endpoint.SERVICE) or answered(
            Endpoint.SERVICE, service=ServiceFacts(sid=_SERVICE, code_length=6)
        )

    def _pending(self, to_or_sid: str) -> _Verification | None:
        for one in reversed(self._all):
            is_open = not one.is_approved and self.now - one.started_at < self._ttl_seconds
            if is_open and to_or_sid in (one.to, one.sid):
                return one
        return None

    def _told(
        self,
        endpoint: Endpoint,
        found: _Verification | None,
        *,
        status: str = "pending",
        channel: str = "sms",
    ) -> Answer:
        if found is None:
            raise LookupError(endpoint)
        texts = tuple(SendAttempt(attempt_sid=text, channel=channel) for text in found.texts)
        facts = VerificationFacts(
            sid=found.sid,
            service_sid=_SERVICE,
            to=found.to,
            status=status,
            channel=channel,
            age_seconds=self.now - found.started_at,
            attempts=() if endpoint is Endpoint.CHECK else texts,
        )
        return answered(endpoint, verification=facts)


@dataclass(slots=True, kw_only=True)
class _Message:
    sid: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    created_at: datetime
    status: str = "accepted"
    error_code: int | None = None
    is_ours: bool = True


class FakeMessenger:
    """Implements `gateway.port.Messenger`; `now` is how many seconds its clock is ahead of this machine's."""

    def __init__(self) -> None:
        self.now: float = 0
        self.sent: list[str] = []
        self._all: list[_Message] = []
        self._script = Script()

    def script(self, endpoint: Endpoint, answer: Answer) -> None:
        """Give this answer to the next call of an endpoint, and do nothing else."""
        self._script.put(endpoint, answer)

    def texts(self, to: str) -> list[str]:
        """Return the texts that the number's phone shows, oldest first."""
        return [one.body for one in self._all if one.to == to]

    def become(self, sid: str, status: str, error_code: int | None = None) -> None:
        """Let a message have come so far, in Twilio's words."""
        found = self._one(sid)
        if found is None:
            raise LookupError(sid)
        found.status, found.error_code = status, error_code

    def plant(self, *, to: str, is_ours: bool = True) -> str:
        """Let a message be there that nobody made through this port; return its sid."""
        return self._made(to, "", is_ours=is_ours).sid

    def create(
        self,
        *,
        to: str,
        body: str,
        validity_seconds: int,  # noqa: ARG002 - nothing waits in the fake
        budget_seconds: float,  # noqa: ARG002 - the port's signature
        guard: Guard | None = None,
    ) -> Answer:
        """Make a message."""
        early = self._script.next(Endpoint.MESSAGE, guard)
        if early is not None:
            return early
        self.sent.append(to)
        return answered(Endpoint.MESSAGE, messages=(self._facts(self._made(to, body)),))

    def messages(self, *, to: str, sent_since: datetime, budget_seconds: float) -> Answer:  # noqa: ARG002
        """List what was made for a number at or after a time, newest first."""
        early = self._script.next(Endpoint.MESSAGES)
        listed = tuple(
            self._facts(one) for one in reversed(self._all) if one.to == to and one.created_at >= sent_since
        )
        return early or answered(Endpoint.MESSAGES, messages=listed)

    def message(self, *, sid: str, budget_seconds: float) -> Answer:  # noqa: ARG002 - the port's signature
        """Look at one message."""
        early, found = self._script.next(Endpoint.MESSAGE_FETCH), self._one(sid)
        if early is None and found is None:
            return refused(Endpoint.MESSAGE_FETCH, ErrorKind.PROVIDER_ERROR, 20404, 404)
        facts = (self._facts(found),) if found else ()
        return early or answered(Endpoint.MESSAGE_FETCH, messages=facts)

    def reach(self, *, budget_seconds: float) -> Answer:  # noqa: ARG002 - the port's signature
        """Look whether messages can be asked for."""
        return self._script.next(Endpoint.REACH) or answered(Endpoint.REACH)

    def _clock(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.now)

    def _made(self, to: str, body: str, *, is_ours: bool = True) -> _Message:
        made = _Message(sid=f"SM{uuid4().hex}", to=to, body=body, created_at=self._clock(), is_ours=is_ours)
        self._all.append(made)
        return made

    def _one(self, sid: str) -> _Message | None:
        return next((one for one in self._all if one.sid == sid), None)

    def _facts(self, one: _Message) -> MessageFacts:
        return MessageFacts(
            sid=one.sid,
            to=one.to,
            status=one.status,
            is_ours=one.is_ours,
            error_code=one.error_code,
            created_at=one.created_at,
            age_seconds=(self._clock() - one.created_at).total_seconds(),
        )
