"""The messenger in memory: what only a test may do to it."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.fake import FakeMessenger

NUMBER = "+821012345678"


def create(messenger: FakeMessenger) -> Answer:
    """Make a message."""
    return messenger.create(to=NUMBER, body="a text", validity_seconds=600, budget_seconds=1)


def test_a_planted_message_is_found_and_was_never_asked_for() -> None:
    """A text whose answer was lost, and one of another program's, for whoever settles to tell apart."""
    messenger, begun = FakeMessenger(), datetime.now(UTC) - timedelta(seconds=1)
    ours, foreign = messenger.plant(to=NUMBER), messenger.plant(to=NUMBER, is_ours=False)
    listed = messenger.messages(to=NUMBER, sent_since=begun, budget_seconds=1).messages

    assert [(one.sid, one.is_ours) for one in listed] == [(foreign, False), (ours, True)]
    assert messenger.sent == []


def test_a_scripted_answer_does_nothing() -> None:
    """It is given once, and no text is made."""
    messenger = FakeMessenger()
    lost = Answer(
        endpoint=Endpoint.MESSAGE,
        answer_class=AnswerClass.MAYBE_SENT,
        reason=Reason.READ_TIMEOUT,
        duration_seconds=0,
    )
    messenger.script(Endpoint.MESSAGE, lost)

    assert create(messenger) is lost
    assert messenger.texts(NUMBER) == []
    assert create(messenger).answer_class is AnswerClass.SUCCEEDED


def test_nothing_can_become_of_a_message_that_is_not_there() -> None:
    """A test that names the wrong one hears of it."""
    with pytest.raises(LookupError):
        FakeMessenger().become("SM" + "0" * 32, "delivered")
