"""Who is measured: nothing, the naive task, ours; and which of Verify's two calls is made."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from phone_verification.kinds import Operation
from phone_verification.queues import QUEUES
from tests.benchmark.plain_queue import QUEUE


class Who(StrEnum):
    """The three tasks; their letters are what the ratios are called by."""

    NOTHING = "a"
    NAIVE = "b"
    OURS = "c"


NAMES: Final = {
    Who.NOTHING: "a task that does nothing",
    Who.NAIVE: "the naive task",
    Who.OURS: "ours, durable door",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One task under test; `is_open_door` sends its arguments in the message."""

    who: Who
    operation: Operation = Operation.SEND
    is_open_door: bool = False

    @property
    def app(self) -> str:
        """The Celery app that runs it."""
        return "worker" if self.who is Who.OURS else "tests.benchmark.baseline"

    @property
    def queue(self) -> str:
        """The queue that its messages wait in."""
        return QUEUES[self.operation] if self.who is Who.OURS else QUEUE

    @property
    def twilio_seconds(self) -> float:
        """How much of its time is Twilio's."""
        return 0 if self.who is Who.NOTHING else 0.2

    @property
    def title(self) -> str:
        """How it is called in tables."""
        door = ", open door" if self.is_open_door else ""
        return f"{self.who} {self.operation}{door}" if self.who is not Who.NOTHING else str(self.who)


ALL: Final = (
    Contender(who=Who.NOTHING),
    *(
        Contender(who=who, operation=operation)
        for operation in (Operation.SEND, Operation.CHECK)
        for who in (Who.NAIVE, Who.OURS)
    ),
)
"""What every round measures, side by side."""
