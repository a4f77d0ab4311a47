"""Recent texts: one list for many, never one that was begun before the question."""

import threading
from concurrent.futures import ThreadPoolExecutor

from gateway.answer import Answer, AnswerClass, AttemptFacts, Endpoint, Reason
from tasks.recent_texts import RecentTexts


def listed(*numbers: str | None) -> Answer:
    """A list with one text to each of these numbers."""
    return Answer(
        endpoint=Endpoint.ATTEMPTS,
        answer_class=AnswerClass.SUCCEEDED,
        reason=Reason.ANSWERED,
        duration_seconds=0,
        attempts=tuple(
            AttemptFacts(attempt_sid=f"VL{place}", verification_sid="VE1", to=number, converted=False)
            for place, number in enumerate(numbers)
        ),
    )


class Twilio:
    """Counts what it is asked."""

    def __init__(self, *numbers: str | None) -> None:
        self.ones = self.alls = 0
        self.numbers = numbers
        self.never = threading.Event()

    def one(self) -> Answer:
        """List one number's texts."""
        self.ones += 1
        return listed("+1")

    def all(self) -> Answer:
        """List everybody's, as slowly as a network does."""
        self.never.wait(0.2)
        self.alls += 1
        return listed(*self.numbers)


def test_few_questions_are_asked_one_by_one() -> None:
    """The list of one number is short."""
    twilio, texts = Twilio(), RecentTexts(most=3)

    for _ in range(3):
        texts.of("+1", ask_one=twilio.one, ask_all=twilio.all)

    assert (twilio.ones, twilio.alls) == (3, 0)


def test_many_questions_share_a_list() -> None:
    """Twenty at once are answered by two lists at most, each with its own number's texts."""
    twilio, texts = Twilio("+1", "+2", "+1"), RecentTexts(most=0)
    together = threading.Barrier(20)

    def ask(number: str) -> int:
        together.wait(5)
        return len(texts.of(number, ask_one=twilio.one, ask_all=twilio.all).attempts)

    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(ask, "+1" if place % 2 else "+2") for place in range(20)]
        found = [answer.result(timeout=5) for answer in answers]

    assert twilio.alls <= 3
    assert (twilio.ones, found) == (0, [1, 2] * 10)


def test_an_older_list_answers_no_later_question() -> None:
    """A text may have landed since."""
    twilio, texts = Twilio("+1"), RecentTexts(most=0)

    for _ in range(2):
        texts.of("+1", ask_one=twilio.one, ask_all=twilio.all)

    assert twilio.alls == 2


def test_a_list_that_hides_numbers_is_not_used() -> None:
    """Nobody could tell whose the texts are."""
    twilio, texts = Twilio("+1", None), RecentTexts(most=0)

    texts.of("+1", ask_one=twilio.one, ask_all=twilio.all)

    assert (twilio.ones, twilio.alls) == (1, 1)
