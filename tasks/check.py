"""Checking a code: ask Twilio once, and say what came of it.

Lives here: the one call of a check and the reading of its answer. A wrong code is not an error at
Twilio, and one 404 has four causes; both are named here with what our records know.
"""

from gateway.answer import Answer, AnswerClass
from models.closed_sets import VerificationStatus
from models.records import TRIES
from phone_verification.arguments import CheckArguments
from phone_verification.codes import read_code
from phone_verification.keys import Label
from phone_verification.kinds import Channel, ErrorKind, Outcome
from phone_verification.phone_numbers import PhoneNumber, read_phone_number, refusal_of
from phone_verification.results import VerificationAnswer
from tasks.asked import in_doubt, refused, undecided
from tasks.claim import Claim
from tasks.explain import cause_of_not_found, is_replay, refusal_by_records
from tasks.known import Known, look_up
from tasks.replay import is_approved_code
from tasks.reply import verification_answer
from tasks.services import Services
from tasks.step import Finish, KeptVerification, Step


def check(services: Services, claim: Claim, arguments: CheckArguments) -> Step:
    """Ask Twilio whether a code is right, unless our own records know."""
    number = read_phone_number(arguments.phone_number, services.default_region)
    if number is None:
        return Finish(outcome=Outcome.REJECTED, kind=ErrorKind.INVALID_PHONE_NUMBER)
    unasked = verification_answer(number, claim.verification_id, now=claim.now())
    refusal = refusal_of(number, Channel.CALL, services.allowed_countries)
    if refusal is not None:
        return refused(refusal, unasked)
    code = read_code(arguments.code)
    if code is None:
        return refused(ErrorKind.INVALID_CODE, unasked)
    known = _known(services, claim, number, code)
    if is_replay(known, claim.verification_id):
        return _replayed(services, claim, known, number, code)
    by_records = refusal_by_records(known, claim.verification_id)
    if by_records is not None:
        return refused(by_records, _described(known, claim, number), provider_sid=_sid(known))
    return _ask(services, claim, known, number, code)


def _known(services: Services, claim: Claim, number: PhoneNumber, code: str) -> Known:
    keys = services.fingerprints
    with services.database.transaction() as connection:
        return look_up(
            connection,
            claim,
            keys.every(Label.PHONE, number.e164),
            keys.every(Label.CODE, number.e164, code),
        )


def _ask(services: Services, claim: Claim, known: Known, number: PhoneNumber, code: str) -> Step:
    figures = services.figures
    budget = min(figures.check_budget_seconds, claim.left_seconds() + figures.overtime_seconds)
    sid = _sid(known)
    answer = services.gateway.check(
        code=code,
        to=None if sid else number.e164,
        verification_sid=sid,
        budget_seconds=budget,
        guard=lambda: claim.may_write(budget),
    )
    if answer.answer_class is AnswerClass.SUCCEEDED:
        return _answered(services, claim, known, number, answer)
    described = _described(known, claim, number)
    if answer.answer_class is not AnswerClass.REFUSED:
        return undecided(answer, claim, figures, described)
    kind = answer.kind or ErrorKind.PROVIDER_ERROR
    if kind is not ErrorKind.NO_VERIFICATION_RECORD:
        return refused(kind, described, answer, provider_sid=sid, retry_after_seconds=_expiry(known, kind))
    cause = cause_of_not_found(known)
    if cause is None:
        return in_doubt(claim, answer)
    return refused(cause, described, answer, provider_sid=sid, retry_after_seconds=_expiry(known, cause))


def _answered(services: Services, claim: Claim, known: Known, number: PhoneNumber, answer: Answer) -> Finish:
    facts = answer.verification
    if facts is None:
        raise ValueError("a check that succeeded told no verification")
    is_approved = facts.status == VerificationStatus.APPROVED
    kept = KeptVerification(
        id=facts.sid,
        status=VerificationStatus.APPROVED if is_approved else VerificationStatus.PENDING,
        failed_checks=0 if is_approved else 1,
        code_hmac=claim.code_hmac if is_approved else None,
        age_seconds=min(facts.age_seconds or 0, services.ttl_seconds),
    )
    return Finish(
        outcome=Outcome.APPROVED if is_approved else Outcome.REJECTED,
        kind=None if is_approved else ErrorKind.INVALID_CODE,
        provider_sid=facts.sid,
        verification=_described(known, claim, number, failed_now=kept.failed_checks),
        kept=kept,
        calls=(answer,),
    )


def _replayed(services: Services, claim: Claim, known: Known, number: PhoneNumber, code: str) -> Finish:
    described = _described(known, claim, number)
    if known.verification is None or not is_approved_code(services, known.verification.id, number, code):
        return refused(ErrorKind.ALREADY_VERIFIED, described, provider_sid=_sid(known))
    return Finish(
        outcome=Outcome.APPROVED,
        provider_sid=_sid(known),
        approved_at=known.approved_at,
        verification=described,
    )


def _described(known: Known, claim: Claim, number: PhoneNumber, *, failed_now: int = 0) -> VerificationAnswer:
    verification = known.verification
    if verification is None:
        return verification_answer(number, claim.verification_id, now=claim.now())
    return verification_answer(
        number,
        claim.verification_id,
        now=claim.now(),
        channel=verification.channel,
        sends=verification.sends,
        checks_left=max(TRIES - verification.failed_checks - failed_now, 0),
        expires_at=verification.expires_at,
        last_sent_at=verification.last_sent_at,
    )


def _sid(known: Known) -> str | None:
    return None if known.verification is None else known.verification.id


def _expiry(known: Known, kind: ErrorKind) -> float | None:
    """Five wrong codes lock a verification until it expires."""
    if kind is not ErrorKind.MAX_CHECK_ATTEMPTS or known.verification is None:
        return None
    return known.verification.expires_in_seconds
