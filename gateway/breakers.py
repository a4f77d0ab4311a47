"""The breakers of all endpoints, shared between threads.

Lives here: one lock around the pure decisions of `breaker`, and the looks at the service while one of them
waits for it. Must not: decide, or know what an operator is told; changes go to whoever was given.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from gateway.answer import Answer, Endpoint
from gateway.breaker import Breaker, BreakerFigures, Condition, Signal, signal_of
from gateway.prober import Prober

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A breaker went from one condition to another.

    `is_news` is False for what the operator was told already: endpoints that go away again, and a further
    one that meets the same wrong credentials.
    """

    endpoint: Endpoint
    before: Condition
    after: Condition
    is_news: bool
    away_seconds: float


Tell = Callable[[Change], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A call may leave; it reports back with this."""

    endpoint: Endpoint
    epoch: int
    begun_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Nothing may leave."""

    away_seconds: float
    is_misconfigured: bool


class Breakers:
    """One breaker for each of the endpoints; `look` asks for the service, `tell` hears changes."""

    def __init__(
        self,
        endpoints: Iterable[Endpoint],
        figures: BreakerFigures,
        *,
        look: Callable[[], Answer],
        tell: Tell,
    ) -> None:
        self._all: dict[Endpoint, Breaker] = {endpoint: Breaker(figures=figures) for endpoint in endpoints}
        self._look: Final = look
        self._tell: Final = tell
        self._told: set[Endpoint] = set()
        self._lock = threading.Lock()
        self._prober = Prober(self._next_look_at, self._look_now)

    def conditions(self) -> dict[Endpoint, Condition]:
        """Say where each endpoint's breaker stands."""
        with self._lock:
            return {endpoint: breaker.condition for endpoint, breaker in self._all.items()}

    def admit(self, endpoint: Endpoint) -> Leave | Refusal:
        """Ask before a call."""
        now = time.monotonic()
        with self._lock:
            breaker = self._all[endpoint]
            admitted = breaker.admitted(now)
            if admitted is not None:
                self._all[endpoint] = admitted
                return Leave(endpoint=endpoint, epoch=admitted.epoch, begun_at=now)
        # Should it not run, for want of a thread when it was needed, it does from now on.
        self._prober.wake()
        return Refusal(away_seconds=breaker.away_seconds(now) or 0, is_misconfigured=breaker.is_misconfigured)

    def report(self, leave: Leave, signal: Signal) -> float | None:
        """Report after a call; return how long the endpoint has been away, None when it is not."""
        now = time.monotonic()
        with self._lock:
            before = self._all[leave.endpoint]
            after = before.heard(signal, epoch=leave.epoch, begun_at=leave.begun_at, now=now)
            change = self._replace(leave.endpoint, after, now)
        self._say(change)
        return after.away_seconds(now)

    def _next_look_at(self) -> float | None:
        with self._lock:
            times = [breaker.probe_at for breaker in self._all.values() if breaker.probe_at is not None]
        return min(times, default=None)

    def _look_now(self) -> None:
        """Look at the service once, for every breaker whose time has come.

        When it is away it is so for every open one, and they look together from then on.
        """
        begun_at = time.monotonic()
        signal = self._looked()
        now = time.monotonic()
        for endpoint in self._all:
            with self._lock:
                before = self._all[endpoint]
                is_due = before.probe_at is not None and before.probe_at <= begun_at
                if not is_due and (signal is Signal.ANSWERED or before.condition is not Condition.OPEN):
                    continue
                change = self._replace(endpoint, before.probed(signal, begun_at=begun_at, now=now), now)
            self._say(change)

    def _looked(self) -> Signal:
        try:
            return signal_of(self._look())
        except Exception as error:
            # A fault of ours must not keep an endpoint away: a real call will tell.
            log.error("breaker.look_failed", exc_info=error)
            return Signal.ANSWERED

    def _replace(self, endpoint: Endpoint, after: Breaker, now: float) -> Change | None:
        before, self._all[endpoint] = self._all[endpoint], after
        if before.condition is after.condition:
            return None
        return Change(
            endpoint=endpoint,
            before=before.condition,
            after=after.condition,
            is_news=self._is_news(endpoint, before.condition, after.condition),
            away_seconds=now - (before if after.condition is Condition.CLOSED else after).away_since,
        )

    def _is_news(self, endpoint: Endpoint, before: Condition, after: Condition) -> bool:
        if after is Condition.HELD:
            is_first = not self._told
            self._told.add(endpoint)
            return is_first
        if after is Condition.CLOSED:
            self._told.discard(endpoint)
            return True
        return before is Condition.CLOSED

    def _say(self, change: Change | None) -> None:
        if change is None:
            return
        self._tell(change)
        self._prober.wake()
