"""A gateway behind breakers: what leaves, what is told, and the thread that looks at the service."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.breaker import BreakerFigures, Condition
from gateway.breakers import Change
from gateway.fake import FakeGateway
from gateway.guarded import GuardedGateway
from phone_verification.kinds import Channel, ErrorKind
from worker.demo.waiting import wait_until

NUMBER = "+821012345678"
# Looks every 20 ms, or never within a test.
SOON = BreakerFigures(failures=3, probe_seconds=0.02, held_probe_seconds=0.02, reopen_cap_seconds=0.02)
NEVER = BreakerFigures(failures=3, probe_seconds=3600, held_probe_seconds=3600)


def answer(
    endpoint: Endpoint, answer_class: AnswerClass, reason: Reason, kind: ErrorKind | None = None
) -> Answer:
    """An answer of the provider's."""
    return Answer(
        endpoint=endpoint, answer_class=answer_class, reason=reason, duration_seconds=0.0, kind=kind
    )


def lost(endpoint: Endpoint = Endpoint.START) -> Answer:
    """A call that may have left."""
    return answer(endpoint, AnswerClass.MAYBE_SENT, Reason.READ_TIMEOUT)


def unauthorized(endpoint: Endpoint = Endpoint.START) -> Answer:
    """What wrong credentials are told."""
    misconfigured = ErrorKind.PROVIDER_MISCONFIGURED
    return answer(endpoint, AnswerClass.NOT_SENT, Reason.MISCONFIGURED, misconfigured)


class Scene:
    """A guarded gateway around a provider in memory, and what was told."""

    def __init__(self, figures: BreakerFigures, inner: FakeGateway | None = None) -> None:
        self.inner = inner or FakeGateway()
        self.told: list[Change] = []
        self.gateway = GuardedGateway(
            self.inner, figures=figures, look_budget_seconds=1, tell=self.told.append
        )

    def start(self, to: str = NUMBER) -> Answer:
        """Start a verification."""
        return self.gateway.start(to=to, channel=Channel.SMS, locale=None, budget_seconds=1)

    def lose(self, times: int) -> None:
        """Let starts go unanswered."""
        for _ in range(times):
            self.inner.script(Endpoint.START, lost())
            self.start()

    def conditions(self, endpoint: Endpoint = Endpoint.START) -> list[Condition]:
        """What an endpoint's breaker went through."""
        return [change.after for change in self.told if change.endpoint is endpoint]


def probes() -> set[threading.Thread]:
    """The threads that look at a service."""
    return {thread for thread in threading.enumerate() if thread.name == "breaker-probe"}


@contextmanager
def scene(figures: BreakerFigures) -> Iterator[Scene]:
    """A scene whose thread ends when everything is closed again."""
    before = probes()
    yield Scene(figures)
    if figures is SOON:
        wait_until(lambda: probes() <= before, "the looks have ended", seconds=10)


def test_nothing_leaves_while_it_is_open() -> None:
    """The answer says so, why, and for how long the endpoint has been away."""
    with scene(NEVER) as played:
        played.lose(3)
        refused = played.start()

    assert (refused.answer_class, refused.reason) == (AnswerClass.NOT_SENT, Reason.BREAKER_OPEN)
    assert refused.kind is ErrorKind.PROVIDER_UNAVAILABLE
    assert refused.away_seconds is not None
    assert refused.away_seconds >= 0
    assert played.inner.sent == []


def test_each_endpoint_has_its_own() -> None:
    """Starts that hang keep no check, no look and no list from Twilio."""
    with scene(NEVER) as played:
        gateway = played.gateway
        played.lose(3)
        others = (
            gateway.check(code="123456", to=NUMBER, budget_seconds=1),
            gateway.fetch(to_or_sid=NUMBER, budget_seconds=1),
            gateway.attempts(to=NUMBER, budget_seconds=1),
            gateway.service(budget_seconds=1),
        )

    assert played.start().reason is Reason.BREAKER_OPEN
    assert Reason.BREAKER_OPEN not in [other.reason for other in others]


@pytest.mark.parametrize("endpoint", [Endpoint.CHECK, Endpoint.FETCH, Endpoint.ATTEMPTS])
def test_every_endpoint_but_the_services_can_open(endpoint: Endpoint) -> None:
    """Three lost answers, and the fourth call does not leave."""
    ask: dict[Endpoint, Any] = {
        Endpoint.CHECK: lambda gateway: gateway.check(code="123456", to=NUMBER, budget_seconds=1),
        Endpoint.FETCH: lambda gateway: gateway.fetch(to_or_sid=NUMBER, budget_seconds=1),
        Endpoint.ATTEMPTS: lambda gateway: gateway.attempts(to=NUMBER, budget_seconds=1),
    }
    with scene(NEVER) as played:
        for _ in range(3):
            played.inner.script(endpoint, lost(endpoint))
            ask[endpoint](played.gateway)

        assert ask[endpoint](played.gateway).reason is Reason.BREAKER_OPEN


def test_it_comes_back_by_itself() -> None:
    """The service answers, one call is let through, and then all are; the thread is gone."""
    with scene(SOON) as played:
        for _ in range(3):
            played.inner.script(Endpoint.SERVICE, lost(Endpoint.SERVICE))
        played.lose(3)
        wait_until(lambda: played.start().answer_class is AnswerClass.SUCCEEDED, "a text is sent", seconds=10)

    assert played.conditions() == [Condition.OPEN, Condition.HALF_OPEN, Condition.CLOSED]
    assert [change.is_news for change in played.told] == [True, False, True]


def test_endpoints_that_are_away_are_looked_for_together() -> None:
    """One look a pause, however many are open; each comes back by itself."""

    class Away(FakeGateway):
        """A provider whose service cannot be reached until told otherwise."""

        looks = 0
        is_away = True

        def service(self, **options: Any) -> Answer:
            """Look, and count."""
            self.looks += 1
            return lost(Endpoint.SERVICE) if self.is_away else super().service(**options)

    inner, told = Away(), list[Change]()
    gateway = GuardedGateway(inner, figures=SOON, look_budget_seconds=1, tell=told.append)
    begun_at = time.monotonic()
    for _ in range(3):
        inner.script(Endpoint.FETCH, lost(Endpoint.FETCH))
        gateway.fetch(to_or_sid=NUMBER, budget_seconds=1)
        inner.script(Endpoint.ATTEMPTS, lost(Endpoint.ATTEMPTS))
        gateway.attempts(to=NUMBER, budget_seconds=1)
    wait_until(lambda: inner.looks >= 20, "twenty looks", seconds=10)
    assert inner.looks <= (time.monotonic() - begun_at) / SOON.probe_seconds + 2

    inner.is_away = False
    wait_until(lambda: len(told) == 4, "both are half-open", seconds=10)
    assert gateway.attempts(to=NUMBER, budget_seconds=1).answer_class is AnswerClass.SUCCEEDED
    assert gateway.fetch(to_or_sid=NUMBER, budget_seconds=1).answer_class is AnswerClass.REFUSED


def test_half_open_lets_one_call_through_at_a_time() -> None:
    """A second call is refused while the first is under way."""
    held, entered = threading.Event(), threading.Event()

    class Slow(FakeGateway):
        """A provider whose starts take as long as the test wants."""

        def start(self, **options: Any) -> Answer:
            """Wait."""
            if self._script.is_empty(Endpoint.START):
                entered.set()
                held.wait(10)
            return super().start(**options)

    played = Scene(SOON, Slow())
    played.lose(3)
    wait_until(lambda: Condition.HALF_OPEN in played.conditions(), "half-open", seconds=10)
    first = threading.Thread(target=played.start)
    first.start()
    assert entered.wait(10)

    second = played.start("+821087654321")
    held.set()
    first.join()

    assert second.reason is Reason.BREAKER_OPEN
    assert played.inner.sent == [NUMBER]
    assert played.conditions()[-1] is Condition.CLOSED


def test_wrong_credentials_are_told_once_for_all_endpoints() -> None:
    """Nothing leaves after the first 401 of an endpoint; the operator hears one piece of news."""
    with scene(NEVER) as played:
        played.inner.script(Endpoint.START, unauthorized())
        played.inner.script(Endpoint.CHECK, unauthorized(Endpoint.CHECK))
        first, second = played.start(), played.start()
        played.gateway.check(code="123456", to=NUMBER, budget_seconds=1)

    assert first.reason is Reason.MISCONFIGURED
    assert second.reason is Reason.BREAKER_OPEN
    assert second.kind is ErrorKind.PROVIDER_MISCONFIGURED
    assert [(change.after, change.is_news) for change in played.told] == [
        (Condition.HELD, True),
        (Condition.HELD, False),
    ]


def test_wrong_credentials_that_only_starts_meet_are_told_once() -> None:
    """The service answers, the start is refused again: held again, and no news."""
    with scene(SOON) as played:
        for _ in range(3):
            played.inner.script(Endpoint.START, unauthorized())
        wait_until(lambda: played.start().answer_class is AnswerClass.SUCCEEDED, "a text is sent", seconds=10)

    news = [change.after for change in played.told if change.is_news]
    assert news == [Condition.HELD, Condition.CLOSED]
    assert played.conditions().count(Condition.HELD) == 3


def test_a_refused_connection_says_for_how_long() -> None:
    """Whoever meets the outage when it is known waits with the others."""
    away = answer(Endpoint.START, AnswerClass.NOT_SENT, Reason.CONNECT_REFUSED)
    with scene(NEVER) as played:
        for _ in range(3):
            played.inner.script(Endpoint.START, away)
        answers = [played.start() for _ in range(3)]

    assert [one.away_seconds is None for one in answers] == [True, True, False]


def test_a_fault_of_ours_gives_the_trial_back() -> None:
    """A bug in the one call that half-open lets through must not keep the endpoint away for ever."""

    class Broken(FakeGateway):
        """A provider whose code has a fault."""

        is_broken = True

        def start(self, **options: Any) -> Answer:
            """Fail as only a bug does."""
            if self.is_broken and self._script.is_empty(Endpoint.START):
                raise ZeroDivisionError
            return super().start(**options)

    inner = Broken()
    played = Scene(SOON, inner)
    played.lose(3)
    wait_until(lambda: Condition.HALF_OPEN in played.conditions(), "half-open", seconds=10)
    with pytest.raises(ZeroDivisionError):
        played.start()
    inner.is_broken = False

    assert played.start().answer_class is AnswerClass.SUCCEEDED


def test_a_look_that_fails_as_a_bug_lets_a_real_call_decide() -> None:
    """The thread lives on, and the endpoint is not kept away by our own fault."""

    class Blind(FakeGateway):
        """A provider whose service cannot be looked at."""

        def service(self, **_: Any) -> Answer:
            """Fail as only a bug does."""
            raise ZeroDivisionError

    inner, told = Blind(), list[Change]()
    gateway = GuardedGateway(inner, figures=SOON, look_budget_seconds=1, tell=told.append)
    inner.script(Endpoint.CHECK, unauthorized(Endpoint.CHECK))
    gateway.check(code="123456", to=NUMBER, budget_seconds=1)
    wait_until(lambda: told[-1].after is Condition.HALF_OPEN, "half-open", seconds=10)

    assert gateway.check(code="123456", to=NUMBER, budget_seconds=1).answer_class is AnswerClass.REFUSED
    assert told[-1].after is Condition.CLOSED


def test_an_open_breaker_keeps_no_process_from_ending() -> None:
    """The thread that looks is a daemon, and there is one for all endpoints."""
    with scene(NEVER) as played:
        before = probes()
        played.lose(3)
        played.inner.script(Endpoint.CHECK, unauthorized(Endpoint.CHECK))
        played.gateway.check(code="123456", to=NUMBER, budget_seconds=1)

        assert len(probes() - before) == 1
        assert all(thread.daemon for thread in probes())
