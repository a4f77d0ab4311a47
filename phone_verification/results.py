"""Results: what every task answers and every poll shows, as one JSON.

Lives here: the shapes and how an error kind becomes an answer. Must not: hold a code or a full number.
"""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from phone_verification.deliveries import DELIVERY_FACTS, DeliveryReason, DeliveryStatus
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import Channel, ErrorKind, Fault, Operation, Outcome, PollState, Service


def _utc_text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


Instant = Annotated[datetime, PlainSerializer(_utc_text, return_type=str)]
WholeSeconds = Annotated[int, Field(ge=0, description="whole seconds, from finished_at")]


class Answer(BaseModel):
    """What the shapes share: unknown names from a newer worker are let through."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class MessagePair(Answer):
    """A sentence for the person."""

    ko: str
    en: str


class ErrorAnswer(Answer):
    """Why not, whose fault, and what to do next."""

    kind: ErrorKind
    title: str
    http_status: int
    fault: Fault
    retryable: bool
    retry_after: WholeSeconds | None = None
    message: MessagePair
    provider_code: int | None = None

    @classmethod
    def of(cls, kind: ErrorKind, *, provider_code: int | None = None, retry_after: int | None = None) -> Self:
        """Say what the catalogue knows of a kind."""
        facts = KIND_FACTS[kind]
        return cls(
            kind=kind,
            title=facts.title,
            http_status=facts.http_status,
            fault=facts.fault,
            retryable=facts.retryable,
            retry_after=retry_after,
            message=MessagePair(ko=facts.message.ko, en=facts.message.en),
            provider_code=provider_code,
        )


class VerificationAnswer(Answer):
    """The verification a run belongs to; `id` is the send's task id, null without a handle."""

    id: str | None
    phone: str = Field(description="masked, e.g. +82*****5678")
    channel: Channel | None = None
    service: Service = Service.VERIFY
    sends: int = 0
    checks_left: int | None = None
    expires_at: Instant | None = None
    expires_in: WholeSeconds | None = None
    next_send_at: Instant | None = None
    next_send_in: WholeSeconds | None = None


class Result(Answer):
    """The final answer of one task, frozen once written."""

    version: Literal[1] = 1
    task_id: str
    operation: Operation
    outcome: Outcome
    ok: bool
    replayed: bool = False
    approved_at: Instant | None = None
    finished_at: Instant
    error: ErrorAnswer | None = None
    verification: VerificationAnswer | None = None


class DeliveryAnswer(Answer):
    """How far a text has come after Twilio took it; what is lost has a reason and words for the person."""

    status: DeliveryStatus
    reason: DeliveryReason | None = None
    fault: Fault | None = None
    resend_useful: bool = False
    message: MessagePair | None = None
    provider_code: int | None = None

    @classmethod
    def of(cls, status: DeliveryStatus, reason: DeliveryReason | None, provider_code: int | None) -> Self:
        """Say what is known of a reason."""
        if reason is None:
            return cls(status=status)
        facts = DELIVERY_FACTS[reason]
        return cls(
            status=status,
            reason=reason,
            fault=facts.fault,
            resend_useful=facts.resend_useful,
            message=MessagePair(ko=facts.message.ko, en=facts.message.en),
            provider_code=provider_code,
        )


class RunStatus(Answer):
    """What a poll tells; `poll_after` is how many seconds to wait before the next."""

    task_id: str
    state: PollState
    result: Result | None = None
    delivery: DeliveryAnswer | None = Field(
        default=None, description="whether a text that was sent arrived, as far as it was looked at"
    )
    poll_after: int = Field(default=0, ge=0, description="whole seconds")

    @property
    def is_done(self) -> bool:
        """Whether the result is final."""
        return self.state is PollState.DONE
