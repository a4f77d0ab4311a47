"""The way of a message from the POST to the phone, planned when it is accepted.

accepted ──► queued ──► sending ──► sent ──► delivered | undelivered
             │   └──as scripted──► failed
             └──validity over──► failed (30036)

Reports lag behind the text, as with carriers: it is on the phone as soon as it leaves the queue.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from simulator.switches import MessageScript, Switches

# https://www.twilio.com/docs/api/errors/30036
_VALIDITY_OVER = 30036


class Status(StrEnum):
    """https://www.twilio.com/docs/messaging/api/message-resource#message-status-values."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """The status that is reported from a moment on; a script may end in any word of Twilio's."""

    at: datetime
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """All steps in order, when the text leaves (None: never), and the error of the last step."""

    steps: tuple[Step, ...]
    leaves_at: datetime | None
    error_code: int | None = None

    def reached(self, now: datetime) -> tuple[Step, ...]:
        """The steps taken until now, at least the first."""
        return tuple(step for step in self.steps if step.at <= now) or self.steps[:1]

    def has_left(self, now: datetime) -> bool:
        """Whether the text is out of Twilio's hands."""
        return self.leaves_at is not None and self.leaves_at <= now


def plan(
    switches: Switches, to: str, now: datetime, *, validity_seconds: int, is_through_service: bool
) -> Walk:
    """The way that the switches of this moment lay out for a message to that number."""
    script = switches.message_scripts.get(to, MessageScript())
    queue_seconds = switches.message_queue_seconds if script.queue_seconds is None else script.queue_seconds
    leaves_at = now + timedelta(seconds=queue_seconds)
    ends_at = now + timedelta(seconds=validity_seconds)
    sent_seconds = timedelta(seconds=switches.message_sent_seconds)
    waiting = _waiting(now, sent_seconds, is_through_service=is_through_service)
    if script.message_status in {Status.ACCEPTED, Status.QUEUED} or leaves_at > ends_at:
        in_time = (step for step in waiting if step.at < ends_at)
        steps = (*in_time, Step(ends_at, Status.FAILED))
        return Walk(steps=steps, leaves_at=None, error_code=_VALIDITY_OVER)
    error_code = None if script.error_code is None else int(script.error_code)
    sending_at = leaves_at + sent_seconds / 2
    if script.message_status == Status.FAILED:
        steps = (*waiting, Step(sending_at, Status.FAILED))
        return Walk(steps=steps, leaves_at=None, error_code=error_code)
    last_seconds = max(switches.message_sent_seconds, switches.message_delivered_seconds)
    steps = (
        *waiting,
        Step(sending_at, Status.SENDING),
        Step(leaves_at + sent_seconds, Status.SENT),
        Step(leaves_at + timedelta(seconds=last_seconds), script.message_status),
    )
    end = [step.status for step in steps].index(script.message_status) + 1
    return Walk(steps=steps[:end], leaves_at=leaves_at, error_code=error_code)


def _waiting(now: datetime, sent_seconds: timedelta, *, is_through_service: bool) -> tuple[Step, ...]:
    """A service first chooses the sender: until then the message is `accepted`."""
    if not is_through_service:
        return (Step(now, Status.QUEUED),)
    return Step(now, Status.ACCEPTED), Step(now + sent_seconds / 4, Status.QUEUED)
