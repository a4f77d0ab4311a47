"""The breaker of one endpoint: a value that is given the time."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.breaker import Breaker, BreakerFigures, Condition, Signal, signal_of

CLOSED = Breaker(figures=BreakerFigures())


@dataclass(slots=True)
class Story:
    """A breaker that things happen to, one after the other, at `now`."""

    breaker: Breaker = CLOSED
    now: float = 1000
    epochs: list[int] = field(default_factory=list)

    def call(self) -> bool:
        """Ask to leave."""
        admitted = self.breaker.admitted(self.now)
        if admitted is not None:
            self.breaker = admitted
            self.epochs.append(admitted.epoch)
        return admitted is not None

    def hear(self, signal: Signal, *, lasted: float = 0) -> Condition:
        """The oldest call under way comes back."""
        begun_at = self.now - lasted
        self.breaker = self.breaker.heard(signal, epoch=self.epochs.pop(0), begun_at=begun_at, now=self.now)
        return self.breaker.condition

    def meet(self, signal: Signal, *, times: int = 1, lasted: float = 0) -> Condition:
        """Calls leave and come back."""
        for _ in range(times):
            assert self.call()
            self.hear(signal, lasted=lasted)
        return self.breaker.condition

    def look(self, signal: Signal) -> Condition:
        """Wait for the next look at the service, and take it."""
        assert self.breaker.probe_at is not None
        self.now = self.breaker.probe_at
        self.breaker = self.breaker.probed(signal, begun_at=self.now, now=self.now)
        return self.breaker.condition

    def away(self) -> float | None:
        """How long the endpoint has been away."""
        return self.breaker.away_seconds(self.now)


def test_five_lost_answers_in_a_row_open_it() -> None:
    """Four do not, and an answer in between begins anew."""
    story = Story()

    assert story.meet(Signal.AWAY, times=4) is Condition.CLOSED
    assert story.meet(Signal.ANSWERED) is Condition.CLOSED
    assert story.meet(Signal.AWAY, times=4) is Condition.CLOSED
    assert story.meet(Signal.AWAY) is Condition.OPEN
    assert not story.call()


def test_what_says_nothing_neither_opens_nor_mends() -> None:
    """A call that was never written is no answer and no outage."""
    story = Story()
    story.meet(Signal.AWAY, times=4)
    story.meet(Signal.NOTHING)

    assert story.meet(Signal.AWAY) is Condition.OPEN


def test_it_looks_every_five_seconds_and_then_lets_one_call_through() -> None:
    """A service that answers proves little: one real call decides."""
    story = Story()
    story.meet(Signal.AWAY, times=5)
    opened_at = story.now

    assert story.look(Signal.AWAY) is Condition.OPEN
    assert story.now == opened_at + 5
    assert story.look(Signal.ANSWERED) is Condition.HALF_OPEN
    assert story.now == opened_at + 10
    assert [story.call(), story.call()] == [True, False]
    assert story.hear(Signal.ANSWERED) is Condition.CLOSED
    assert story.call()


def test_a_lost_call_opens_it_again_for_longer_each_time() -> None:
    """Five, ten, twenty seconds, and then always twenty."""
    story, pauses = Story(), []
    story.meet(Signal.AWAY, times=5)
    for _ in range(4):
        story.look(Signal.ANSWERED)
        story.meet(Signal.AWAY)
        lost_at = story.now
        story.look(Signal.AWAY)
        pauses.append(story.now - lost_at)

    assert pauses == [5, 10, 20, 20]


def test_an_answer_forgets_how_often_it_was_lost() -> None:
    """The next outage begins with five seconds again."""
    story = Story()
    story.meet(Signal.AWAY, times=5)
    for signal in (Signal.AWAY, Signal.AWAY, Signal.ANSWERED):
        story.look(Signal.ANSWERED)
        story.meet(signal)
    story.meet(Signal.AWAY, times=5)
    story.look(Signal.ANSWERED)
    story.meet(Signal.AWAY)
    lost_at = story.now
    story.look(Signal.AWAY)

    assert story.now - lost_at == 5


def test_a_call_that_was_never_made_leaves_its_turn_to_the_next() -> None:
    """Half-open, a guard that says no must not keep everybody waiting."""
    story = Story()
    story.meet(Signal.AWAY, times=5)
    story.look(Signal.ANSWERED)

    assert story.meet(Signal.NOTHING) is Condition.HALF_OPEN
    assert story.call()


def test_calls_from_before_say_nothing_of_today() -> None:
    """Twenty calls hang: the first five open it, the others neither count nor decide when they end."""
    story = Story()
    for _ in range(20):
        story.call()
    for _ in range(5):
        story.hear(Signal.AWAY, lasted=10)
    story.look(Signal.ANSWERED)

    assert story.hear(Signal.AWAY) is Condition.HALF_OPEN
    assert story.hear(Signal.ANSWERED) is Condition.HALF_OPEN
    assert story.call()


def test_wrong_credentials_hold_it_at_once() -> None:
    """Nobody asks again before they are mended; it looks every thirty seconds."""
    story = Story()

    assert story.meet(Signal.MISCONFIGURED) is Condition.HELD
    held_at = story.now
    assert not story.call()
    assert story.breaker.is_misconfigured
    assert story.look(Signal.MISCONFIGURED) is Condition.HELD
    assert story.now == held_at + 30
    assert story.look(Signal.AWAY) is Condition.HELD
    assert story.look(Signal.ANSWERED) is Condition.HALF_OPEN
    assert story.breaker.is_misconfigured
    assert story.meet(Signal.ANSWERED) is Condition.CLOSED
    assert not story.breaker.is_misconfigured


@pytest.mark.parametrize("condition", [Condition.OPEN, Condition.HALF_OPEN])
def test_wrong_credentials_hold_it_wherever_they_are_met(condition: Condition) -> None:
    """By a look during an outage, or by the first real call after it."""
    story = Story()
    story.meet(Signal.AWAY, times=5)
    if condition is Condition.OPEN:
        story.look(Signal.MISCONFIGURED)
    else:
        story.look(Signal.ANSWERED)
        story.meet(Signal.MISCONFIGURED)

    assert story.breaker.condition is Condition.HELD


def test_time_away_counts_from_the_call_that_opened_it() -> None:
    """A call that hung for ten seconds was away for ten seconds."""
    story = Story()
    story.meet(Signal.AWAY, times=4)
    assert story.away() is None

    story.meet(Signal.AWAY, lasted=10)
    assert story.away() == 10
    story.look(Signal.ANSWERED)
    story.call()
    story.now += 3
    assert story.away() == 18
    story.hear(Signal.ANSWERED)
    assert story.away() is None


def test_a_quiet_night_is_no_long_outage() -> None:
    """Nobody tried for hours: whoever comes second waits a moment, not as long as the night was."""
    story = Story()
    story.meet(Signal.AWAY, times=5)
    story.look(Signal.ANSWERED)
    story.now += 8 * 3600

    assert story.call()
    assert story.away() == 0


@pytest.mark.parametrize(
    ("answer_class", "reason", "expected"),
    [
        (AnswerClass.SUCCEEDED, Reason.ANSWERED, Signal.ANSWERED),
        (AnswerClass.REFUSED, Reason.REFUSED, Signal.ANSWERED),
        (AnswerClass.REFUSED, Reason.UNKNOWN_CODE, Signal.ANSWERED),
        (AnswerClass.REFUSED, Reason.RATE_LIMITED, Signal.ANSWERED),
        # A parameter that Twilio does not take is one request's fault: it holds nobody else.
        (AnswerClass.REFUSED, Reason.MISCONFIGURED, Signal.ANSWERED),
        (AnswerClass.NOT_SENT, Reason.RATE_LIMITED, Signal.ANSWERED),
        (AnswerClass.NOT_SENT, Reason.MISCONFIGURED, Signal.MISCONFIGURED),
        (AnswerClass.NOT_SENT, Reason.CONNECT_REFUSED, Signal.AWAY),
        (AnswerClass.NOT_SENT, Reason.CONNECT_TIMEOUT, Signal.AWAY),
        (AnswerClass.NOT_SENT, Reason.DNS, Signal.AWAY),
        (AnswerClass.NOT_SENT, Reason.TLS, Signal.AWAY),
        (AnswerClass.NOT_SENT, Reason.LEASE_OVER, Signal.NOTHING),
        (AnswerClass.NOT_SENT, Reason.BREAKER_OPEN, Signal.NOTHING),
        (AnswerClass.MAYBE_SENT, Reason.READ_TIMEOUT, Signal.AWAY),
        (AnswerClass.MAYBE_SENT, Reason.RESET, Signal.AWAY),
        (AnswerClass.MAYBE_SENT, Reason.HTTP_5XX, Signal.AWAY),
        (AnswerClass.MAYBE_SENT, Reason.GARBAGE, Signal.AWAY),
        (AnswerClass.MAYBE_SENT, Reason.MISSING_FIELDS, Signal.AWAY),
        (AnswerClass.MAYBE_SENT, Reason.WRONG_ECHO, Signal.AWAY),
    ],
)
def test_what_an_answer_says_of_its_endpoint(
    answer_class: AnswerClass, reason: Reason, expected: Signal
) -> None:
    """Every answer there can be; a plain 429 is an answer."""
    answer = Answer(endpoint=Endpoint.START, answer_class=answer_class, reason=reason, duration_seconds=0)

    assert signal_of(answer) is expected


EVENTS = st.sampled_from(("a call", "an answer", "a look", "a second"))


@given(st.lists(st.tuples(EVENTS, st.sampled_from(Signal)), max_size=60))
def test_whatever_happens_it_keeps_its_promises(events: list[tuple[str, Signal]]) -> None:
    """Closed admits all, half-open one at a time, open and held none; and an answer always heals it."""
    story = Story()
    for event, signal in events:
        before, under_way = story.breaker, story.epochs.count(story.breaker.epoch)
        if event == "a call":
            is_half_open_and_idle = before.condition is Condition.HALF_OPEN and under_way == 0
            assert story.call() == (before.condition is Condition.CLOSED or is_half_open_and_idle)
        elif event == "an answer" and story.epochs:
            story.hear(signal)
        elif event == "a look" and before.probe_at is not None:
            story.look(signal)
        story.now += 1
        is_shut = story.breaker.condition in (Condition.OPEN, Condition.HELD)
        assert (story.breaker.probe_at is not None) == is_shut
        assert (story.away() or 0) >= 0
    while story.epochs:
        story.hear(Signal.ANSWERED)
    if story.breaker.probe_at is not None:
        story.look(Signal.ANSWERED)
    assert story.meet(Signal.ANSWERED) is Condition.CLOSED
