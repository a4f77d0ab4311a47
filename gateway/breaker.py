"""When to stop asking: the breaker of one endpoint, as a value.

    closed ──5 outage answers in a row──► open ──service answers──► half-open ──a call is answered──► closed
                                           ▲                            │
                                           └──── for 5, 10, 20 s ──a call is lost
    any ──wrong credentials or service──► held ──service answers──► half-open

Lives here: decisions, pure; times are monotonic seconds from outside. Must not: lock, wait or ask.
Looking at the service proves little when only starts hang: so half-open lets one real call through at a time.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from gateway.answer import Answer, AnswerClass, Reason


class Condition(StrEnum):
    """What a breaker does with the next call."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    HELD = "held"


class Signal(StrEnum):
    """What an answer says about the endpoint, whatever it says about the request."""

    ANSWERED = "answered"
    AWAY = "away"
    MISCONFIGURED = "misconfigured"
    NOTHING = "nothing"


_OF_WHAT_WAS_NOT_SENT: Final = {
    Reason.CONNECT_REFUSED: Signal.AWAY,
    Reason.CONNECT_TIMEOUT: Signal.AWAY,
    Reason.DNS: Signal.AWAY,
    Reason.TLS: Signal.AWAY,
    Reason.MISCONFIGURED: Signal.MISCONFIGURED,
    # Our own doing: nothing was asked.
    Reason.LEASE_OVER: Signal.NOTHING,
    Reason.BREAKER_OPEN: Signal.NOTHING,
}


def signal_of(answer: Answer) -> Signal:
    """Say what an answer tells of its endpoint: a refusal is an answer, and so is "too many requests"."""
    if answer.answer_class is AnswerClass.MAYBE_SENT:
        return Signal.AWAY
    if answer.answer_class is AnswerClass.NOT_SENT:
        return _OF_WHAT_WAS_NOT_SENT.get(answer.reason, Signal.ANSWERED)
    return Signal.ANSWERED


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerFigures:
    """Lost answers in a row that open, and seconds between looks at the service: open, and held."""

    failures: int = 5
    probe_seconds: float = 5
    held_probe_seconds: float = 30
    reopen_cap_seconds: float = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """One endpoint; `epoch` rises with every change, and fences what calls from before it have to say.

    `probe_at` is when the service is to be looked at, `changed_at` when the condition began.
    """

    figures: BreakerFigures
    condition: Condition = Condition.CLOSED
    epoch: int = 0
    failures: int = 0
    lost_trials: int = 0
    is_trying: bool = False
    is_misconfigured: bool = False
    away_since: float = 0
    changed_at: float = 0
    probe_at: float | None = None

    def admitted(self, now: float) -> "Breaker | None":
        """Return the breaker with one more call under way; None when it must not leave.

        The time in which nobody tried is taken back from the time away: who waited while it was away has
        come back by then, and a quiet night must not look like a long outage.
        """
        if self.condition is Condition.CLOSED:
            return self
        if self.condition is not Condition.HALF_OPEN or self.is_trying:
            return None
        idle = now - self.changed_at
        return replace(self, is_trying=True, away_since=min(self.away_since + 2 * idle, now))

    def heard(self, signal: Signal, *, epoch: int, begun_at: float, now: float) -> "Breaker":
        """Take in what a call says that was admitted under `epoch`; older ones know nothing of today."""
        if epoch != self.epoch:
            return self
        if signal is Signal.MISCONFIGURED:
            return self._held(begun_at, now)
        if self.condition is Condition.HALF_OPEN:
            return self._tried(signal, now)
        if signal is Signal.AWAY:
            return self._failed(begun_at, now)
        return replace(self, failures=0) if self.failures and signal is Signal.ANSWERED else self

    def probed(self, signal: Signal, *, begun_at: float, now: float) -> "Breaker":
        """Take in a look at the service: that it answers counts when it was due, else it was another's."""
        if signal is Signal.ANSWERED:
            return self._changed(Condition.HALF_OPEN, now, probe_at=None)
        is_held = self.condition is Condition.HELD
        if signal is Signal.MISCONFIGURED and not is_held:
            return self._held(begun_at, now)
        figures = self.figures
        pause = figures.held_probe_seconds if is_held else figures.probe_seconds
        return replace(self, probe_at=max(begun_at + pause, self.probe_at or 0))

    def away_seconds(self, now: float) -> float | None:
        """Return how long the endpoint has been away; None when it is not."""
        return None if self.condition is Condition.CLOSED else now - self.away_since

    def _failed(self, begun_at: float, now: float) -> "Breaker":
        if self.failures + 1 < self.figures.failures:
            return replace(self, failures=self.failures + 1)
        opened = self._changed(Condition.OPEN, now, probe_at=now + self.figures.probe_seconds)
        return replace(opened, away_since=begun_at)

    def _tried(self, signal: Signal, now: float) -> "Breaker":
        """Judge by the one real call: answered, lost, or never made."""
        if signal is Signal.ANSWERED:
            return Breaker(figures=self.figures, epoch=self.epoch + 1, changed_at=now)
        if signal is Signal.NOTHING:
            return replace(self, is_trying=False)
        pause = min(self.figures.probe_seconds * 2**self.lost_trials, self.figures.reopen_cap_seconds)
        opened = self._changed(Condition.OPEN, now, probe_at=now + pause)
        return replace(opened, lost_trials=min(self.lost_trials + 1, 16), is_misconfigured=False)

    def _held(self, begun_at: float, now: float) -> "Breaker":
        since = begun_at if self.condition is Condition.CLOSED else self.away_since
        held = self._changed(Condition.HELD, now, probe_at=now + self.figures.held_probe_seconds)
        return replace(held, away_since=since, is_misconfigured=True)

    def _changed(self, condition: Condition, now: float, *, probe_at: float | None) -> "Breaker":
        return replace(
            self,
            condition=condition,
            epoch=self.epoch + 1,
            failures=0,
            is_trying=False,
            changed_at=now,
            probe_at=probe_at,
        )
