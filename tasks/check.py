"""Checking a code: ask Twilio, and never call a right code wrong because an answer was lost.

Lives here: the order in which a check looks things up and asks. How a 404 is weighed is in
tasks/weigh.py, what a person is told in tasks/checked.py.
"""

from dataclasses import dataclass

from gateway.answer import Answer, AnswerClass
from phone_verification.arguments import CheckArguments
from phone_verification.codes import read_code
from phone_verification.kinds import Channel, ErrorKind, Outcome, RunState, Service
from phone_verification.phone_numbers import refusal_of
from tasks.admission import look_back_on_check, refuse_check
from tasks.asked import in_doubt, refused, undecided
from tasks.checked import approved, described, told_again, unknown, wrong
from tasks.clearing import keep_apart
from tasks.explain import decides, is_replay, refusal_by_records
from tasks.inquiry import Inquiry
from tasks.known import Asked, Known, look_up
from tasks.own_check import try_own_code
from tasks.step import Finish, Step
from tasks.weigh import weigh


def check(inquiry: Inquiry, arguments: CheckArguments) -> Step:
    """Ask whether a code is right, Twilio or our own tables, unless our records know already."""
    services, claim = inquiry.services, inquiry.claim
    number = arguments.number(services.default_region)
    if number is None:
        return Finish(outcome=Outcome.REJECTED, kind=ErrorKind.INVALID_PHONE_NUMBER)
    history = look_back_on_check(inquiry, number, arguments)
    refusal = refusal_of(number, Channel.CALL, services.allowed_countries)
    code = read_code(arguments.code)
    if refusal is not None or code is None:
        return refused(refusal or ErrorKind.INVALID_CODE, unknown(inquiry, number, history))
    asked = Asked(number=number, code=code, history=history)
    known = look_up(services, claim, asked)
    if is_replay(known, claim.verification_id):
        return told_again(inquiry, asked, known)
    return (
        _by_records(inquiry, asked, known) or _by_guard(inquiry, asked, known) or _ask(inquiry, asked, known)
    )


def _by_records(inquiry: Inquiry, asked: Asked, known: Known) -> Step | None:
    is_in_doubt = inquiry.claim.state is RunState.SETTLING
    kind = refusal_by_records(known, inquiry.claim.verification_id, is_in_doubt=is_in_doubt)
    if kind is None:
        return None
    return refused(kind, described(inquiry, asked, known), provider_sid=_sid(known))


def _by_guard(inquiry: Inquiry, asked: Asked, known: Known) -> Step | None:
    """Stop guessing; what has been asked about already is found out all the same."""
    if inquiry.claim.state is RunState.SETTLING:
        return None
    return refuse_check(inquiry, asked.history, lambda: described(inquiry, asked, known))


def _ask(inquiry: Inquiry, asked: Asked, known: Known) -> Step:
    if known.service is Service.MESSAGING:
        inquiry.compare()
        return try_own_code(inquiry, asked, known)
    if inquiry.claim.state is RunState.SETTLING:
        return _ask_again(inquiry, asked, known)
    waiting = keep_apart(inquiry, asked, known)
    if waiting is not None:
        return waiting
    sid = _sid(known)
    answer = inquiry.check(asked.code, to=asked.number.e164, sid=sid)
    return _read(inquiry, asked, known, answer, _Target(sid=sid))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The verification that is asked about, as far as it is known; its age is by Twilio's clock."""

    sid: str | None = None
    age_seconds: float | None = None


def _ask_again(inquiry: Inquiry, asked: Asked, known: Known) -> Step:
    """Ask once more after a lost answer: only of a verification by its sid, so that "no" has a meaning."""
    sid, figures = _sid(known), inquiry.services.figures
    target = _Target(sid=sid) if sid else _pending(inquiry, asked)
    is_spent = inquiry.claim.posts >= figures.posts_per_intent
    if target.sid is None or is_spent:
        return weigh(inquiry, asked, known, sid=target.sid)
    answer = inquiry.check(asked.code, to=asked.number.e164, sid=target.sid)
    return _read(inquiry, asked, known, answer, target)


def _pending(inquiry: Inquiry, asked: Asked) -> _Target:
    """Look which verification of the number is pending; there may be none, and that is no evidence."""
    facts = inquiry.fetch(asked.number.e164).verification
    return _Target() if facts is None else _Target(sid=facts.sid, age_seconds=facts.age_seconds)


def _read(inquiry: Inquiry, asked: Asked, known: Known, answer: Answer, target: _Target) -> Step:
    """Say what a check's answer means; a wrong code is no error at Twilio, and a 404 has many causes."""
    facts = answer.verification
    if answer.answer_class is AnswerClass.SUCCEEDED:
        if facts is None:
            raise ValueError("a check that succeeded told no verification")
        if answer.is_approved:
            return approved(inquiry, asked, known, facts)
        if decides(known, facts.age_seconds):
            return wrong(inquiry, asked, known, facts)
        # What the lost check met was there before: it is looked for among all of the number's.
        return weigh(inquiry, asked, known, sid=None, answer=answer)
    if answer.answer_class is AnswerClass.REFUSED:
        return _refused(inquiry, asked, known, answer, target)
    return undecided(answer, inquiry.claim, inquiry.services.figures, described(inquiry, asked, known))


def _refused(inquiry: Inquiry, asked: Asked, known: Known, answer: Answer, target: _Target) -> Step:
    """Say what a refusal means; to a run in doubt only "gone" and "tries used up" say anything."""
    kind = answer.kind or ErrorKind.PROVIDER_ERROR
    if kind is ErrorKind.NO_VERIFICATION_RECORD:
        return weigh(inquiry, asked, known, sid=target.sid, answer=answer)
    is_locked = kind is ErrorKind.MAX_CHECK_ATTEMPTS
    if inquiry.claim.state is RunState.SETTLING and not (is_locked and decides(known, target.age_seconds)):
        return in_doubt(inquiry.claim, inquiry.services.figures, answer)
    expires = known.verification.expires_in_seconds if is_locked and known.verification else None
    return refused(
        kind,
        described(inquiry, asked, known),
        answer,
        provider_sid=target.sid,
        retry_after_seconds=expires,
    )


def _sid(known: Known) -> str | None:
    return None if known.verification is None else known.verification.id
