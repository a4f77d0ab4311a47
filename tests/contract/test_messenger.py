"""What a messenger promises: one suite over the fake, bare and guarded, and over the SDK on the stand-in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.answer import Answer, AnswerClass, MessageFacts, Reason
from gateway.breaker import BreakerFigures
from gateway.deliveries import read_reason, read_status
from gateway.fake import FakeMessenger
from gateway.guarded import GuardedMessenger
from gateway.messaging import TwilioMessaging
from gateway.port import Messenger
from gateway.twilio_client import Credentials
from phone_verification.deliveries import DeliveryReason, DeliveryStatus
from simulator.account import Account
from simulator.client import SimulatorClient

NUMBER, OTHER = "+821012345678", "+821087654321"
TEXT = "[사이트] 인증번호 123456"
ACCOUNT = Account()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A messenger, and what only a test may see and do behind it.

    `lose` lets a number's next text end undelivered with a code; `arrive` lets all others arrive.
    """

    messenger: Messenger
    texts: Callable[[str], list[str]]
    advance: Callable[[float], None]
    now: Callable[[], datetime]
    arrive: Callable[[str], None]
    lose: Callable[[str, int], str]

    def create(self, to: str = NUMBER, body: str = TEXT) -> Answer:
        """Make a message."""
        return self.messenger.create(to=to, body=body, validity_seconds=600, budget_seconds=5)

    def made(self, to: str = NUMBER) -> MessageFacts:
        """The message that a call made."""
        (message,) = self.create(to).messages
        return message

    def look(self, sid: str) -> MessageFacts:
        """How far a message has come."""
        (message,) = self.messenger.message(sid=sid, budget_seconds=5).messages
        return message

    def listed(self, since: datetime, to: str = NUMBER) -> list[str]:
        """The sids of a number's messages since a time."""
        answer = self.messenger.messages(to=to, sent_since=since, budget_seconds=5)
        assert answer.answer_class is AnswerClass.SUCCEEDED
        return [message.sid for message in answer.messages]


def fake() -> Provider:
    """The provider in memory."""
    messenger = FakeMessenger()

    def advance(seconds: float) -> None:
        messenger.now += seconds

    def lose(to: str, code: int) -> str:
        (made,) = messenger.create(to=to, body=TEXT, validity_seconds=600, budget_seconds=5).messages
        messenger.become(made.sid, "undelivered", code)
        return made.sid

    return Provider(
        messenger=messenger,
        texts=messenger.texts,
        advance=advance,
        now=lambda: datetime.now(UTC) + timedelta(seconds=messenger.now),
        arrive=lambda sid: messenger.become(sid, "delivered"),
        lose=lose,
    )


def guarded() -> Provider:
    """The provider in memory, behind breakers that have no reason to open."""
    bare = fake()
    messenger = GuardedMessenger(
        bare.messenger, figures=BreakerFigures(), look_budget_seconds=1, tell=lambda _: None
    )
    return replace(bare, messenger=messenger)


def twilio(simulator: tuple[str, SimulatorClient], **sender: str) -> Provider:
    """The SDK on the stand-in."""
    side_door = simulator[1]
    messenger = TwilioMessaging(
        credentials=Credentials(
            account_sid=ACCOUNT.account_sid, username=ACCOUNT.account_sid, password=ACCOUNT.auth_token
        ),
        base_url=simulator[0],
        **sender,
    )

    def lose(to: str, code: int) -> str:
        side_door.switch(message_scripts={to: {"message_status": "undelivered", "error_code": str(code)}})
        (made,) = messenger.create(to=to, body=TEXT, validity_seconds=600, budget_seconds=5).messages
        side_door.advance(60)
        return made.sid

    return Provider(
        messenger=messenger,
        texts=lambda to: [text["text"] for text in side_door.inbox(to)],
        advance=side_door.advance,
        now=lambda: datetime.fromisoformat(side_door.clock()),
        arrive=lambda _: side_door.advance(60),
        lose=lose,
    )


@pytest.fixture(params=["fake", "guarded", "service", "number"])
def provider(request: pytest.FixtureRequest) -> Provider:
    """Each implementation of the port, Twilio's with either sender."""
    in_memory = {"fake": fake, "guarded": guarded}
    if request.param in in_memory:
        return in_memory[request.param]()
    senders = {
        "service": {"messaging_service_sid": ACCOUNT.messaging_service_sid},
        "number": {"from_number": ACCOUNT.from_number},
    }
    return twilio(request.getfixturevalue("simulator"), **senders[request.param])


def test_a_message_is_one_text(provider: Provider) -> None:
    """One call, one text, as it was given; the answer names the message."""
    answer = provider.create()

    assert answer.answer_class is AnswerClass.SUCCEEDED
    assert [(one.to, one.is_ours) for one in answer.messages] == [(NUMBER, True)]
    assert provider.texts(NUMBER) == [TEXT]


def test_every_call_is_a_text_of_its_own(provider: Provider) -> None:
    """Nothing is idempotent: the same once more is a second text."""
    first, second = provider.made(), provider.made()

    assert first.sid != second.sid
    assert provider.texts(NUMBER) == [TEXT, TEXT]


def test_a_message_can_be_looked_at(provider: Provider) -> None:
    """By its sid; it is the same one, on its way."""
    made = provider.made()
    looked = provider.look(made.sid)

    assert (looked.sid, looked.to, looked.is_ours) == (made.sid, NUMBER, True)
    assert read_status(looked.status) is not DeliveryStatus.DELIVERED


def test_a_text_arrives(provider: Provider) -> None:
    """It ends delivered, without a reason why not."""
    made = provider.made()
    provider.arrive(made.sid)
    looked = provider.look(made.sid)

    assert read_status(looked.status) is DeliveryStatus.DELIVERED
    assert looked.error_code is None


def test_a_text_that_is_lost_says_why(provider: Provider) -> None:
    """It ends undelivered, with a reason."""
    looked = provider.look(provider.lose(NUMBER, 30003))

    assert read_status(looked.status) is DeliveryStatus.UNDELIVERED
    assert read_reason(looked.error_code) is DeliveryReason.HANDSET_UNREACHABLE


def test_a_message_that_is_not_there_is_refused(provider: Provider) -> None:
    """It is an answer, and no doubt about anything."""
    answer = provider.messenger.message(sid="SM" + "f" * 32, budget_seconds=5)

    assert (answer.answer_class, answer.http_status, answer.messages) == (AnswerClass.REFUSED, 404, ())


def test_a_numbers_messages_are_listed_newest_first(provider: Provider) -> None:
    """Its own, and nobody else's."""
    begun = provider.now()
    first = provider.made()
    provider.made(OTHER)
    provider.advance(5)
    second = provider.made()

    assert provider.listed(begun) == [second.sid, first.sid]
    assert provider.listed(begun, to="+821000000000") == []


def test_what_was_made_before_is_not_listed(provider: Provider) -> None:
    """Only what was made at or after the time that was asked for."""
    begun = provider.now()
    provider.made()
    provider.advance(100)
    later = provider.now()
    second = provider.made()

    assert provider.listed(later) == [second.sid]
    assert len(provider.listed(begun)) == 2


def test_messages_tell_how_old_they_are(provider: Provider) -> None:
    """By the provider's own clock."""
    begun = provider.now()
    made = provider.made()
    provider.advance(40)
    answer = provider.messenger.messages(to=NUMBER, sent_since=begun, budget_seconds=5)

    (listed,) = answer.messages
    assert listed.created_at is not None
    assert made.created_at is not None
    assert listed.age_seconds is not None
    assert abs(listed.created_at - made.created_at) <= timedelta(seconds=1)
    assert 39 <= listed.age_seconds <= 60


def test_messages_can_be_reached(provider: Provider) -> None:
    """The breaker's probe tells of no message."""
    provider.create()
    answer = provider.messenger.reach(budget_seconds=5)

    assert (answer.answer_class, answer.messages) == (AnswerClass.SUCCEEDED, ())


def test_a_guard_that_says_no_sends_nothing(provider: Provider) -> None:
    """Nothing leaves, and the answer says so."""
    answer = provider.messenger.create(
        to=NUMBER, body=TEXT, validity_seconds=600, budget_seconds=5, guard=lambda: False
    )

    assert (answer.answer_class, answer.reason) == (AnswerClass.NOT_SENT, Reason.LEASE_OVER)
    assert provider.texts(NUMBER) == []
