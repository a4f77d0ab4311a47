"""A verification provider in memory, for tests that need no HTTP.

Keeps the port's promises: one code per pending verification, five tries, an end after its time. Answers
of one's own can be put in front; its clock is moved by hand.
"""

import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import uuid4

from gateway.answer import (
    Answer,
    AnswerClass,
    AttemptFacts,
    Endpoint,
    Reason,
    SendAttempt,
    ServiceFacts,
    VerificationFacts,
)
from gateway.port import Guard
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
        self._scripted: dict[Endpoint, deque[Answer]] = {endpoint: deque() for endpoint in Endpoint}

    def script(self, endpoint: Endpoint, answer: Answer) -> None:
        """Give this answer to the next call of an endpoint, and do nothing else."""
        self._scripted[endpoint].append(answer)

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
        early = self._early(Endpoint.START, guard)
        if early is not None:
            return early
        found = self._pending(to)
        if found is None:
            code = f"{secrets.randbelow(10**6):06d}"
            found = _Verification(sid=f"VE{uuid4().hex}", to=to, code=code, started_at=self.now)
            self._all.append(found)
        if len(found.texts) == _TRIES:
            return _refused(Endpoint.START, ErrorKind.MAX_SEND_ATTEMPTS, 60203, 429)
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
        early = self._early(Endpoint.CHECK, guard)
        if early is not None:
            return early
        found = self._pending(verification_sid or to or "")
        if found is None:
            return _refused(Endpoint.CHECK, ErrorKind.NO_VERIFICATION_RECORD, 20404, 404)
        if found.failed_checks == _TRIES:
            return _refused(Endpoint.CHECK, ErrorKind.MAX_CHECK_ATTEMPTS, 60202, 429)
        found.is_approved = code == found.code
        found.failed_checks += not found.is_approved
        return self._told(Endpoint.CHECK, found, status="approved" if found.is_approved else "pending")

    def fetch(self, *, to_or_sid: str, budget_seconds: float) -> Answer:  # noqa: ARG002 - as above
        """Look at a pending verification."""
        early = self._early(Endpoint.FETCH)
        found = self._pending(to_or_sid)
        if early is None and found is None:
            return _refused(Endpoint.FETCH, ErrorKind.NO_VERIFICATION_RECORD, 20404, 404)
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
        early = self._early(Endpoint.ATTEMPTS)
        listed = tuple(
            AttemptFacts(attempt_sid=text, verification_sid=one.sid, to=one.to, converted=one.is_approved)
            for one in self._all
            if to in (one.to, None) and verification_sid in (one.sid, None)
            for text in one.texts
        )
        return early or _answered(Endpoint.ATTEMPTS, attempts=listed)

    def service(self, *, budget_seconds: float) -> Answer:  # noqa: ARG002 - as above
        """Look at the service."""
        return self._early(Endpoint.SERVICE) or _answered(
            Endpoint.SERVICE, service=ServiceFacts(sid=_SERVICE, code_length=6)
        )

    def _early(self, endpoint: Endpoint, guard: Guard | None = None) -> Answer | None:
        if guard is not None and not guard():
            return Answer(
                endpoint=endpoint,
                answer_class=AnswerClass.NOT_SENT,
                reason=Reason.LEASE_OVER,
                duration_seconds=0,
                kind=ErrorKind.PROVIDER_UNAVAILABLE,
            )
        return self._scripted[endpoint].popleft() if self._scripted[endpoint] else None

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
        return _answered(endpoint, verification=facts)


def _answered(
    endpoint: Endpoint,
    *,
    verification: VerificationFacts | None = None,
    attempts: tuple[AttemptFacts, ...] = (),
    service: ServiceFacts | None = None,
) -> Answer:
    return Answer(
        endpoint=endpoint,
        answer_class=AnswerClass.SUCCEEDED,
        reason=Reason.ANSWERED,
        duration_seconds=0,
        http_status=201 if endpoint is Endpoint.START else 200,
        verification=verification,
        attempts=attempts,
        service=service,
    )


def _refused(endpoint: Endpoint, kind: ErrorKind, code: int, status: int) -> Answer:
    return Answer(
        endpoint=endpoint,
        answer_class=AnswerClass.REFUSED,
        reason=Reason.REFUSED,
        duration_seconds=0,
        kind=kind,
        provider_code=code,
        http_status=status,
    )
