"""What Twilio shows of a number while nobody knows whether a text was sent to it.

Lives here: the two looks (the number's pending verification, then its texts) and what they showed, as a
value. A text is ours to find when its sid is new to us; its time only narrows the search, because
Twilio's clock is not ours. Must not: decide what becomes of the run.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.answer import Answer, AnswerClass, AttemptFacts, SendAttempt, VerificationFacts
from phone_verification.kinds import ErrorKind
from tasks.inquiry import Inquiry


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What two looks showed: `texts` are new to us, oldest first, and all of one verification.

    `is_negative` when both were answered and showed none; `sends` counts the live verification's texts.
    """

    verification_sid: str | None = None
    texts: tuple[str, ...] = ()
    age_seconds: float = 0
    sent_seconds_ago: float = 0
    sends: int = 0
    is_negative: bool = False


def look(inquiry: Inquiry, number: str, known: frozenset[str], *, is_decisive: bool) -> Sighting:
    """Look at the number's pending verification, then at its texts.

    Twilio grants few lists a minute: the second look is taken only where the first was not answered, or
    where both together may decide.
    """
    since = inquiry.claim.since_first_begun_seconds() + inquiry.services.figures.clock_slack_seconds
    pending = inquiry.fetch(number)
    if pending.verification is not None:
        found = in_verification(pending.verification, known, since)
        if found.texts:
            return found
    if is_answered(pending) and not is_decisive:
        return Sighting()
    listed = inquiry.texts_to(number, since_seconds=since)
    found = in_attempts(listed.attempts, known)
    if found.texts:
        return found
    return Sighting(
        sends=len(pending.verification.attempts) if pending.verification else 0,
        is_negative=is_answered(pending) and listed.answer_class is AnswerClass.SUCCEEDED,
    )


def is_answered(pending: Answer) -> bool:
    """Whether a look at a verification was answered: there it is, or there is none."""
    return pending.answer_class is AnswerClass.SUCCEEDED or (
        pending.answer_class is AnswerClass.REFUSED and pending.kind is ErrorKind.NO_VERIFICATION_RECORD
    )


def in_verification(facts: VerificationFacts, known: frozenset[str], since_seconds: float) -> Sighting:
    """Find the texts of a verification that nobody knew, as far as they are young enough."""

    def is_new(text: SendAttempt) -> bool:
        is_young = text.age_seconds is None or text.age_seconds <= since_seconds
        return text.attempt_sid not in known and is_young

    texts = [text for text in facts.attempts if is_new(text)]
    return Sighting(
        verification_sid=facts.sid,
        texts=tuple(text.attempt_sid for text in texts),
        age_seconds=facts.age_seconds or 0,
        sent_seconds_ago=_least(text.age_seconds for text in texts),
        sends=len(facts.attempts),
    )


def in_attempts(listed: Iterable[AttemptFacts], known: frozenset[str]) -> Sighting:
    """Find the texts of a list that nobody knew, of the verification whose new text is the oldest."""
    ages: Callable[[AttemptFacts], float] = lambda text: text.age_seconds or 0  # noqa: E731 - a key
    oldest_first = sorted(listed, key=ages, reverse=True)
    new = [text for text in oldest_first if text.attempt_sid not in known and text.verification_sid]
    if not new:
        return Sighting()
    sid = new[0].verification_sid
    all_texts = [text for text in oldest_first if text.verification_sid == sid]
    texts = [text for text in new if text.verification_sid == sid]
    return Sighting(
        verification_sid=sid,
        texts=tuple(text.attempt_sid for text in texts),
        age_seconds=ages(all_texts[0]),
        sent_seconds_ago=ages(texts[-1]),
        sends=len(all_texts),
    )


def _least(ages: Iterable[float | None]) -> float:
    return min((age for age in ages if age is not None), default=0)
