"""Settling a send whose answer was lost: find its text, prove that there is none, or wait.

Lives here: the order in which evidence is gathered, and what follows from it. Twilio may carry a request
out long after we stopped waiting, so "there is none" counts only when both looks began after the quiet
period; before, it says nothing. No answer to a look ever says what became of the request itself.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.answer import Answer, AnswerClass
from models.landings import APPROVED_MEANWHILE, KNOWN_TEXTS, LANDED_BY_CHECK, OPEN_CHECKS
from phone_verification.keys import Label
from phone_verification.kinds import ErrorKind, Operation, RunState
from phone_verification.phone_numbers import PhoneNumber
from tasks.asked import in_doubt, refused
from tasks.figures import Figures
from tasks.inquiry import Inquiry
from tasks.metrics import count_look
from tasks.sighting import Sighting, in_attempts, look
from tasks.started import found, read_start
from tasks.step import Step
from tasks.wanted import Wanted, described

MOST_SENDS: Final = 5
"""Texts that Twilio sends for one verification: https://www.twilio.com/docs/api/errors/60203"""


class Conclusion(StrEnum):
    """What a look says about a send in doubt."""

    FOUND = "found"
    WAIT = "wait"
    APPROVED_MEANWHILE = "approved_meanwhile"
    USED_UP = "used_up"
    NOTHING_SENT = "nothing_sent"
    ASK_AGAIN = "ask_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What our own tables say of a number whose send is in doubt."""

    texts: frozenset[str]
    met_by_check: Sighting | None = None
    open_checks: int = 0
    is_approved_meanwhile: bool = False


def settle(inquiry: Inquiry, wanted: Wanted) -> Step:
    """Find out what became of a start; ask for a text again only when none was sent for sure."""
    services, number = inquiry.services, wanted.number
    records = _read(inquiry, number)
    if records.met_by_check is not None:
        met = _texts_of(inquiry, records.met_by_check, records.texts)
        return found(inquiry, wanted, met)
    if services.intent_rate_limit is not None and _may_ask_again(inquiry):
        return _ask_behind_fence(inquiry, wanted)
    since = inquiry.claim.since_last_begun_seconds()
    is_decisive = (
        since >= services.figures.quiet_seconds or bool(records.open_checks) or records.is_approved_meanwhile
    )
    sighting = look(inquiry, number.e164, records.texts, is_decisive=is_decisive)
    # Read again: a check that came meanwhile may have met the verification, or ended it.
    records = _read(inquiry, number)
    if records.met_by_check is not None and not sighting.texts:
        return found(inquiry, wanted, records.met_by_check)
    claim = inquiry.claim
    conclusion = conclude(
        services.figures,
        records,
        sighting,
        since_seconds=since,
        left_seconds=claim.left_seconds(),
        posts=claim.posts,
    )
    count_look(Operation.SEND, conclusion)
    return _act(inquiry, wanted, sighting, conclusion)


def conclude(
    figures: Figures,
    records: Records,
    sighting: Sighting,
    *,
    since_seconds: float,
    left_seconds: float,
    posts: int,
) -> Conclusion:
    """Say what the evidence amounts to; `since_seconds` is the last start's age when the look began."""
    if sighting.texts:
        return Conclusion.FOUND
    if not sighting.is_negative:
        return Conclusion.WAIT
    if records.is_approved_meanwhile:
        return Conclusion.APPROVED_MEANWHILE
    if records.open_checks or since_seconds < figures.quiet_seconds:
        return Conclusion.WAIT
    return _after_nothing(figures, sends=sighting.sends, left_seconds=left_seconds, posts=posts)


def _after_nothing(figures: Figures, *, sends: int, left_seconds: float, posts: int) -> Conclusion:
    """Say what follows when no text was sent for sure."""
    if sends >= MOST_SENDS:
        return Conclusion.USED_UP
    if posts >= figures.posts_per_intent or left_seconds < figures.least_left_to_post_again_seconds:
        return Conclusion.NOTHING_SENT
    return Conclusion.ASK_AGAIN


def landed(inquiry: Inquiry, wanted: Wanted) -> Step:
    """End a send that Twilio itself calls a repetition: its text was sent, whether or not we find it."""
    known = _read(inquiry, wanted.number).texts
    return found(inquiry, wanted, look(inquiry, wanted.number.e164, known, is_decisive=True))


def _act(inquiry: Inquiry, wanted: Wanted, sighting: Sighting, conclusion: Conclusion) -> Step:
    if conclusion is Conclusion.FOUND:
        return found(inquiry, wanted, sighting)
    if conclusion is Conclusion.WAIT:
        return in_doubt(inquiry.claim, inquiry.services.figures)
    if conclusion is Conclusion.ASK_AGAIN:
        return _ask_again(inquiry, wanted)
    return refused(_KINDS[conclusion], described(inquiry, wanted, counts=False))


_KINDS: Final = {
    Conclusion.APPROVED_MEANWHILE: ErrorKind.ALREADY_VERIFIED,
    Conclusion.USED_UP: ErrorKind.MAX_SEND_ATTEMPTS,
    Conclusion.NOTHING_SENT: ErrorKind.PROVIDER_UNAVAILABLE,
}


def _ask_again(inquiry: Inquiry, wanted: Wanted) -> Step:
    return read_start(inquiry, wanted, _start(inquiry, wanted, RunState.CALLING))


def _ask_behind_fence(inquiry: Inquiry, wanted: Wanted) -> Step:
    """Ask again at once: Twilio's own limit of one start per intent refuses a second text.

    Only a text, or that very refusal, decides; anything else leaves the doubt as it was.
    """
    answer = _start(inquiry, wanted, RunState.SETTLING)
    if answer.rate_limit_reached:
        return landed(inquiry, wanted)
    if answer.answer_class is AnswerClass.SUCCEEDED:
        return read_start(inquiry, wanted, answer)
    return in_doubt(inquiry.claim, inquiry.services.figures, answer)


def _start(inquiry: Inquiry, wanted: Wanted, state: RunState) -> Answer:
    arguments = wanted.arguments
    return inquiry.start(
        to=wanted.number.e164, channel=arguments.channel, locale=arguments.locale, state=state
    )


def _may_ask_again(inquiry: Inquiry) -> bool:
    figures = inquiry.services.figures
    has_time = inquiry.claim.left_seconds() >= figures.least_left_to_post_again_seconds
    return has_time and inquiry.claim.posts < figures.posts_per_intent


def _texts_of(inquiry: Inquiry, met: Sighting, known: frozenset[str]) -> Sighting:
    """Learn the texts of a verification that a check met, so that they are nobody else's to find."""
    listed = inquiry.attempts(str(met.verification_sid))
    texts = in_attempts(listed.attempts, known)
    return texts if texts.texts else met


def _read(inquiry: Inquiry, number: PhoneNumber) -> Records:
    services = inquiry.services
    names = {
        "run": inquiry.claim.task_id,
        "phone_fingerprints": services.fingerprints.every(Label.PHONE, number.e164),
    }
    with services.database.transaction() as connection:
        met = connection.execute(LANDED_BY_CHECK, names).one_or_none()
        return Records(
            texts=frozenset(connection.execute(KNOWN_TEXTS, names).scalars()),
            met_by_check=met and Sighting(verification_sid=met.id, age_seconds=met.age_seconds, sends=1),
            open_checks=connection.execute(OPEN_CHECKS, names).scalar_one(),
            is_approved_meanwhile=connection.execute(APPROVED_MEANWHILE, names).scalar_one(),
        )
