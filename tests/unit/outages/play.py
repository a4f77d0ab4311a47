"""One worker process in an outage: the breaker, the slots and the retry decision, without waiting a second.

Lives here: a queue of moments. Arrivals, answers, returns and looks at the service happen in its order; what
is decided at each is the product's own code.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count

from gateway.breaker import Breaker, BreakerFigures, Signal
from tasks.figures import Figures
from tasks.retry import RetryIn, decide, wait_seconds
from tasks.slots import SendSlots

FIGURES = Figures()
ANSWER_SECONDS = 0.2


class Trouble(StrEnum):
    """How Twilio is away: for every call at once, or only for starts, each of which hangs."""

    REFUSES = "refuses"
    STARTS_HANG = "starts_hang"


@dataclass(slots=True, kw_only=True)
class Play:
    """Sends arrive at `arrivals`; Twilio is away from 0 to `outage_seconds`."""

    trouble: Trouble
    outage_seconds: float
    arrivals: list[float]
    seed: int
    threads: int = 32
    calls: Counter[int] = field(default_factory=Counter)
    sent_after: list[float] = field(default_factory=list)
    given_up: int = 0
    doubtful: int = 0
    turned_away: Counter[int] = field(default_factory=Counter)
    _moments: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)
    _breaker: Breaker = field(default_factory=lambda: Breaker(figures=BreakerFigures()))
    _slots: SendSlots = field(init=False)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._slots = SendSlots(threads=self.threads, percent=FIGURES.send_slots_percent)
        self._random = random.Random(self.seed)  # noqa: S311 - a seed must repeat, not hide

    def run(self) -> "Play":
        """Play until nobody waits."""
        for born in self.arrivals:
            self._at(born, lambda now, born=born: self._come(now, born, 1))  # type: ignore[misc]
        while self._moments:
            now, _, happen = heapq.heappop(self._moments)
            happen(now)
        return self

    def _at(self, when: float, happen: Callable[[float], None]) -> None:
        heapq.heappush(self._moments, (when, next(self._order), happen))

    def _come(self, now: float, born: float, attempt: int) -> None:
        """A message is delivered."""
        left = born + FIGURES.send_deadline_seconds - now
        full_for = self._slots.take(now)
        if full_for is not None:
            self.turned_away[int(now)] += 1
            away = min(full_for, FIGURES.retry_cap_seconds)
            wait = wait_seconds(FIGURES, attempt=1, away_seconds=away, jitter=self._random.uniform)
            self._back(now + wait, born, attempt)
            return
        if left < FIGURES.least_left_seconds:
            self.given_up += 1
            self._slots.give_back(now)
            return
        admitted = self._breaker.admitted(now)
        if admitted is None:
            self._slots.give_back(now)
            self._wait(now, born, attempt)
            return
        self._breaker = admitted
        self._call(now, born, attempt)

    def _call(self, now: float, born: float, attempt: int) -> None:
        self.calls[int(now - self.outage_seconds) if now >= self.outage_seconds else -1] += 1
        epoch, is_away = self._breaker.epoch, now < self.outage_seconds
        if is_away and self.trouble is Trouble.REFUSES:
            signal, seconds = Signal.AWAY, 0.0
        elif is_away:
            signal, seconds = Signal.AWAY, FIGURES.start_budget_seconds
        else:
            signal, seconds = Signal.ANSWERED, ANSWER_SECONDS

        def answered(then: float) -> None:
            self._slots.give_back(then)
            self._hear(self._breaker.heard(signal, epoch=epoch, begun_at=now, now=then))
            if signal is Signal.ANSWERED:
                self.sent_after.append(then - born)
            elif self.trouble is Trouble.STARTS_HANG:
                self.doubtful += 1
            else:
                self._wait(then, born, attempt)

        self._at(now + seconds, answered)

    def _hear(self, after: Breaker) -> None:
        if after.probe_at is not None and after.probe_at != self._breaker.probe_at:
            self._at(after.probe_at, self._look)
        self._breaker = after

    def _look(self, now: float) -> None:
        if self._breaker.probe_at != now:
            return
        is_away = self.trouble is Trouble.REFUSES and now < self.outage_seconds
        signal = Signal.AWAY if is_away else Signal.ANSWERED
        self._hear(self._breaker.probed(signal, begun_at=now, now=now))

    def _wait(self, now: float, born: float, attempt: int) -> None:
        decision = decide(
            FIGURES,
            attempt=attempt,
            left_seconds=born + FIGURES.send_deadline_seconds - now,
            least_left_seconds=FIGURES.least_left_seconds,
            away_seconds=self._breaker.away_seconds(now),
            jitter=self._random.uniform,
        )
        if isinstance(decision, RetryIn):
            self._back(now + decision.seconds, born, attempt + 1)
        else:
            self.given_up += 1

    def _back(self, when: float, born: float, attempt: int) -> None:
        self._at(when, lambda then: self._come(then, born, attempt))


def steady(rate: float, seconds: float) -> list[float]:
    """One arrival after the other, evenly."""
    return [n / rate for n in range(int(rate * seconds))]


def poisson(rate: float, seconds: float, seed: int) -> list[float]:
    """Arrivals of people who know nothing of each other."""
    chance, times, now = random.Random(seed), [], 0.0  # noqa: S311 - as above
    while now < seconds:
        now += chance.expovariate(rate)
        times.append(now)
    return times
