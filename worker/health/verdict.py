"""When a worker that lives does not work: decided from what it was seen to do, and from nothing else.

Lives here: the decision. A broker or a Twilio that is away is nobody's fault here: a restart would mend
neither, and cost the runs in hand.
"""

from dataclasses import dataclass
from typing import Final

IDLE_SECONDS: Final = 60.0
"""No task takes so long: its calls have budgets, and its statements too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What is seen of a worker at one moment.

    `is_message_waiting` is false as well when the broker cannot be asked; `loop_turned_at` is None while the
    worker has no connection to the broker, for then its loop stands still.
    """

    at: float
    slots: int
    taken: int
    begun: int
    is_message_waiting: bool
    loop_turned_at: float | None


class Verdict:
    """Remembers when the worker last got on with its work."""

    def __init__(self, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._begun = -1
        self._got_on_at = 0.0

    def of(self, signs: Signs) -> str | None:
        """Return what is wrong, or None; called at every beat."""
        are_all_taken = signs.taken >= signs.slots
        is_within_reach = signs.is_message_waiting and signs.loop_turned_at is not None
        has_work = are_all_taken or is_within_reach
        if signs.begun != self._begun or not has_work:
            self._begun, self._got_on_at = signs.begun, signs.at
        if signs.loop_turned_at is not None and signs.at - signs.loop_turned_at > self._idle_seconds:
            return f"the event loop stands still since {signs.at - signs.loop_turned_at:.0f} s"
        idle = signs.at - self._got_on_at
        if idle <= self._idle_seconds:
            return None
        if are_all_taken:
            return f"all {signs.slots} slots are taken, and none was given back for {idle:.0f} s"
        return f"a message waits and a slot is free, and none was begun for {idle:.0f} s"
