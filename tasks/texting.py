"""Sending a text through Messaging: ask once, and settle a lost answer by what Twilio lists.

Lives here: what a text with a code and a text of a caller's words have in common. A lost answer is settled as
a start of Verify's is: the text is found among those to the number that nobody knew, or proven missing after
the quiet period, or waited for. It is never told by its words, which Twilio may have changed.
Premise: no other program texts these numbers from the same sender.
"""

from collections.abc import Callable
from typing import Final, Protocol

from gateway.answer import Answer, AnswerClass, MessageFacts
from models.landings import KNOWN_AMONG
from phone_verification.kinds import ErrorKind
from phone_verification.phone_numbers import PhoneNumber
from phone_verification.results import VerificationAnswer
from tasks.asked import in_doubt, undecided
from tasks.inquiry import Inquiry
from tasks.metrics import count_look
from tasks.settle import Conclusion, Records, conclude
from tasks.sighting import Sighting
from tasks.step import Finish, Step


class Text(Protocol):
    """One text that is wanted: what is sent, and what its run ends with."""

    @property
    def number(self) -> PhoneNumber:
        """To whom."""
        ...

    @property
    def body(self) -> str:
        """What it says."""
        ...

    @property
    def validity_seconds(self) -> int:
        """How long Twilio may keep it waiting."""
        ...

    def sent(self, texts: tuple[str, ...]) -> Finish:
        """End the run as `sent`; `texts` are new to us, oldest first."""
        ...

    def ended(self, kind: ErrorKind, answer: Answer | None = None) -> Finish:
        """End the run without a text."""
        ...

    def described(self) -> VerificationAnswer | None:
        """Describe what is waited for."""
        ...


def ask_for_text(inquiry: Inquiry, text: Text) -> Step:
    """Ask for a text that certainly has not been sent yet."""
    claim = inquiry.claim
    if claim.left_seconds() < inquiry.services.figures.least_left_seconds:
        return text.ended(claim.waited_for or ErrorKind.PROVIDER_UNAVAILABLE)
    answer = inquiry.create_message(
        to=text.number.e164, body=text.body, validity_seconds=text.validity_seconds
    )
    return _read(inquiry, text, answer)


def settle_text(
    inquiry: Inquiry, text: Text, *, is_approved_meanwhile: Callable[[], bool] = lambda: False
) -> Step:
    """Find out what became of a text; ask for it again only when none was sent for sure.

    Whether the number was approved is asked last: a check may come while Twilio is looked at.
    """
    since = inquiry.claim.since_last_begun_seconds()
    sighting = look(inquiry, text.number)
    claim = inquiry.claim
    conclusion = conclude(
        inquiry.services.figures,
        Records(texts=frozenset(), is_approved_meanwhile=is_approved_meanwhile()),
        sighting,
        since_seconds=since,
        left_seconds=claim.left_seconds(),
        posts=claim.posts,
    )
    count_look(claim.operation, conclusion)
    if conclusion is Conclusion.FOUND:
        return text.sent(sighting.texts)
    if conclusion is Conclusion.WAIT:
        return in_doubt(claim, inquiry.services.figures)
    if conclusion is Conclusion.ASK_AGAIN:
        return ask_for_text(inquiry, text)
    return text.ended(_KINDS[conclusion])


_KINDS: Final = {
    Conclusion.APPROVED_MEANWHILE: ErrorKind.ALREADY_VERIFIED,
    Conclusion.NOTHING_SENT: ErrorKind.PROVIDER_UNAVAILABLE,
}


def _read(inquiry: Inquiry, text: Text, answer: Answer) -> Step:
    if answer.answer_class is AnswerClass.SUCCEEDED:
        return text.sent(tuple(message.sid for message in answer.messages))
    if answer.answer_class is AnswerClass.REFUSED:
        return text.ended(answer.kind or ErrorKind.PROVIDER_ERROR, answer)
    figures = inquiry.services.figures
    step = undecided(
        answer,
        inquiry.claim,
        figures,
        text.described(),
        least_left_seconds=figures.least_left_seconds,
    )
    # Given up before anything left: whoever wants the text learns it in its own words.
    is_over = isinstance(step, Finish)
    return text.ended(step.kind or ErrorKind.PROVIDER_UNAVAILABLE, answer) if is_over else step


def look(inquiry: Inquiry, number: PhoneNumber) -> Sighting:
    """Look which texts went to the number since the run's first request, as far as they are new to us."""
    since = inquiry.claim.since_first_begun_seconds() + inquiry.services.figures.clock_slack_seconds
    answer = inquiry.messages_to(number.e164, since_seconds=since)
    if answer.answer_class is not AnswerClass.SUCCEEDED:
        return Sighting()
    young = [message for message in answer.messages if message.is_ours and _age(message) <= since]
    young.sort(key=_age, reverse=True)
    listed = [message.sid for message in young]
    known = {row.attempt_sid for row in inquiry.services.database.all(KNOWN_AMONG, {"listed": listed})}
    texts = tuple(sid for sid in listed if sid not in known)
    return Sighting(texts=texts, is_negative=not texts)


def _age(message: MessageFacts) -> float:
    return message.age_seconds or 0
