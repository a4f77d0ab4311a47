"""One message as Twilio keeps it; what it looks like at a moment follows from its way."""

from dataclasses import dataclass
from datetime import datetime

from simulator.messages.walk import Status, Step, Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An `SM…`; `sender` is the number it goes out from, `asked_sender` what the POST said."""

    sid: str
    account_sid: str
    to: str
    sender: str
    asked_sender: str | None
    messaging_service_sid: str | None
    body: str
    validity_seconds: int
    created_at: datetime
    walk: Walk

    def at(self, now: datetime) -> "Moment":
        """The message as it is then."""
        return Moment(self, self.walk.reached(now))

    def at_first(self) -> "Moment":
        """The message as the answer to the POST shows it, however quick its way."""
        return Moment(self, self.walk.steps[:1])


@dataclass(frozen=True, slots=True)
class Moment:
    """A message and how far it has come."""

    message: Message
    reached: tuple[Step, ...]

    @property
    def status(self) -> str:
        """What is reported."""
        return self.reached[-1].status

    @property
    def updated_at(self) -> datetime:
        """Since when."""
        return self.reached[-1].at

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent; None as long as it was not."""
        return next((step.at for step in self.reached if step.status == Status.SENT), None)

    @property
    def sender(self) -> str | None:
        """Null until the service has chosen one."""
        is_open = self.status == Status.ACCEPTED
        return self.message.asked_sender if is_open else self.message.sender

    @property
    def error_code(self) -> int | None:
        """The 30xxx with which it ended, if it did."""
        is_over = len(self.reached) == len(self.message.walk.steps)
        return self.message.walk.error_code if is_over else None
