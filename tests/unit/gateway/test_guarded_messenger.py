"""A messenger behind breakers of its own: which call opens which, and the look that opens them again."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.breaker import BreakerFigures, Condition
from gateway.breakers import Change
from gateway.call import MessageCall
from gateway.exchange import Exchange
from gateway.fake import FakeMessenger
from gateway.guarded import GuardedMessenger
from gateway.port import Messenger
from gateway.sender import Sender
from gateway.translate import translate
from phone_verification.kinds import ErrorKind
from worker.demo.waiting import wait_until

NUMBER, SID = "+821012345678", "SM" + "0" * 32
SOON = BreakerFigures(failures=3, probe_seconds=0.02, held_probe_seconds=0.02, reopen_cap_seconds=0.02)
NEVER = BreakerFigures(failures=3, probe_seconds=3600, held_probe_seconds=3600)
ASK: dict[Endpoint, Callable[[Messenger], Answer]] = {
    Endpoint.MESSAGE: lambda asked: asked.create(
        to=NUMBER, body="a text", validity_seconds=600, budget_seconds=1
    ),
    Endpoint.MESSAGES: lambda asked: asked.messages(
        to=NUMBER, sent_since=datetime.now(UTC), budget_seconds=1
    ),
    Endpoint.MESSAGE_FETCH: lambda asked: asked.message(sid=SID, budget_seconds=1),
}
GUARDED = list(ASK)


def lost(endpoint: Endpoint) -> Answer:
    """A call that may have left."""
    return Answer(
        endpoint=endpoint,
        answer_class=AnswerClass.MAYBE_SENT,
        reason=Reason.READ_TIMEOUT,
        duration_seconds=0,
    )


def absent(endpoint: Endpoint) -> Answer:
    """What is told of an account, or a message, that is not there."""
    asked = MessageCall(endpoint=endpoint, account_sid="AC", sender=Sender(messaging_service_sid="MG"))
    return translate(asked, Exchange(deadline=0, status=404, body='{"code": 20404}'))


class Scene:
    """A guarded messenger around one in memory, and what was told."""

    def __init__(self, figures: BreakerFigures, inner: FakeMessenger | None = None) -> None:
        self.inner = inner or FakeMessenger()
        self.told: list[Change] = []
        self.messenger = GuardedMessenger(
            self.inner, figures=figures, look_budget_seconds=1, tell=self.told.append
        )

    def ask(self, endpoint: Endpoint, answer: Answer | None = None) -> Answer:
        """Make a call, with that answer or the provider's own."""
        if answer is not None:
            self.inner.script(endpoint, answer)
        return ASK[endpoint](self.messenger)


@pytest.mark.parametrize("endpoint", GUARDED)
def test_each_endpoint_opens_by_itself(endpoint: Endpoint) -> None:
    """Three lost answers, and the fourth call does not leave; the others and the look still do."""
    played = Scene(NEVER)
    for _ in range(3):
        played.ask(endpoint, lost(endpoint))

    assert played.ask(endpoint).reason is Reason.BREAKER_OPEN
    assert [
        played.ask(other).reason is Reason.BREAKER_OPEN for other in GUARDED if other is not endpoint
    ] == [
        False,
        False,
    ]
    assert played.messenger.reach(budget_seconds=1).answer_class is AnswerClass.SUCCEEDED


def test_no_text_leaves_while_it_is_open() -> None:
    """The answer says so, and for how long messages have been away."""
    played = Scene(NEVER)
    for _ in range(3):
        played.ask(Endpoint.MESSAGE, lost(Endpoint.MESSAGE))
    refused = played.ask(Endpoint.MESSAGE)

    assert (refused.answer_class, refused.kind) == (AnswerClass.NOT_SENT, ErrorKind.PROVIDER_UNAVAILABLE)
    assert refused.away_seconds is not None
    assert played.inner.sent == []


@pytest.mark.parametrize("endpoint", [Endpoint.MESSAGE, Endpoint.MESSAGES])
def test_an_account_that_is_not_there_holds_it_open(endpoint: Endpoint) -> None:
    """A 404 says that we are misconfigured: nothing leaves, and the operator hears of it."""
    played = Scene(NEVER)
    first, second = played.ask(endpoint, absent(endpoint)), played.ask(endpoint)

    assert first.reason is Reason.MISCONFIGURED
    assert (second.reason, second.kind) == (Reason.BREAKER_OPEN, ErrorKind.PROVIDER_MISCONFIGURED)
    assert [(change.endpoint, change.after, change.is_news) for change in played.told] == [
        (endpoint, Condition.HELD, True)
    ]


def test_a_message_that_is_gone_holds_nothing() -> None:
    """A 404 to a fetch is an answer."""
    played = Scene(NEVER)
    for _ in range(5):
        played.ask(Endpoint.MESSAGE_FETCH, absent(Endpoint.MESSAGE_FETCH))

    assert played.told == []


def test_the_look_opens_it_again() -> None:
    """Messages can be reached, one text is let through, and then all are."""
    played = Scene(SOON)
    for _ in range(3):
        played.inner.script(Endpoint.REACH, lost(Endpoint.REACH))
        played.ask(Endpoint.MESSAGE, lost(Endpoint.MESSAGE))

    def is_sent() -> bool:
        return played.ask(Endpoint.MESSAGE).answer_class is AnswerClass.SUCCEEDED

    wait_until(is_sent, "a text is sent", seconds=10)
    assert [change.after for change in played.told] == [
        Condition.OPEN,
        Condition.HALF_OPEN,
        Condition.CLOSED,
    ]
    assert played.inner.sent == [NUMBER]


def test_everything_asked_for_is_handed_on() -> None:
    """What goes in is what the provider is asked, budget and guard too."""
    asked: list[dict[str, Any]] = []

    class Listening(FakeMessenger):
        """A provider that notes what it is asked."""

        def create(self, **options: Any) -> Answer:
            """Note and make."""
            asked.append(options)
            return super().create(**options)

        def messages(self, **options: Any) -> Answer:
            """Note and list."""
            asked.append(options)
            return super().messages(**options)

    def guard() -> bool:
        return True

    messenger, since = Scene(NEVER, Listening()).messenger, datetime.now(UTC)
    messenger.create(to=NUMBER, body="a text", validity_seconds=7, budget_seconds=3, guard=guard)
    messenger.messages(to=NUMBER, sent_since=since, budget_seconds=4)

    assert asked == [
        {"to": NUMBER, "body": "a text", "validity_seconds": 7, "budget_seconds": 3, "guard": guard},
        {"to": NUMBER, "sent_since": since, "budget_seconds": 4},
    ]
