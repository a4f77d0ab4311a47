"""Sending a code: ask Twilio once, and say what came of it.

Lives here: the one call of a send and the reading of its answer. Must not: ask twice; who may ask again
is the run's state.
"""

from datetime import timedelta

from gateway.answer import Answer, AnswerClass
from models.closed_sets import VerificationStatus
from models.records import TRIES
from phone_verification.arguments import SendArguments
from phone_verification.kinds import Channel, ErrorKind, Outcome
from phone_verification.phone_numbers import PhoneNumber, read_phone_number, refusal_of
from tasks.asked import refused, undecided
from tasks.claim import Claim
from tasks.reply import verification_answer
from tasks.services import Services
from tasks.step import Finish, KeptVerification, Step


def send(services: Services, claim: Claim, arguments: SendArguments) -> Step:
    """Ask Twilio to send a code, unless the number refuses by itself."""
    number = read_phone_number(arguments.phone_number, services.default_region)
    refusal = refusal_of(number, arguments.channel, services.allowed_countries)
    if number is None:
        return Finish(outcome=Outcome.REJECTED, kind=ErrorKind.INVALID_PHONE_NUMBER)
    nothing_sent = verification_answer(number, claim.task_id, now=claim.now(), channel=arguments.channel)
    if refusal is not None:
        return refused(refusal, nothing_sent)
    figures = services.figures
    budget = min(figures.start_budget_seconds, claim.left_seconds() + figures.overtime_seconds)
    if claim.left_seconds() < figures.least_left_seconds:
        return refused(claim.waited_for or ErrorKind.PROVIDER_UNAVAILABLE, nothing_sent)
    answer = services.gateway.start(
        to=number.e164,
        channel=arguments.channel,
        locale=arguments.locale,
        budget_seconds=budget,
        guard=lambda: claim.may_write(budget),
    )
    if answer.answer_class is AnswerClass.SUCCEEDED:
        return _sent(services, claim, answer, number, arguments.channel)
    if answer.answer_class is AnswerClass.REFUSED:
        kind = answer.kind or ErrorKind.PROVIDER_ERROR
        return refused(kind, nothing_sent, answer, retry_after_seconds=answer.retry_after_seconds)
    return undecided(answer, claim, figures, nothing_sent, least_left_seconds=figures.least_left_seconds)


def _sent(services: Services, claim: Claim, answer: Answer, number: PhoneNumber, channel: Channel) -> Finish:
    facts = answer.verification
    if facts is None:
        raise ValueError("a start that succeeded told no verification")
    age = min(facts.age_seconds or 0, services.ttl_seconds)
    now = claim.now()
    sends = len(facts.attempts)
    return Finish(
        outcome=Outcome.SENT,
        provider_sid=facts.sid,
        verification=verification_answer(
            number,
            claim.task_id,
            now=now,
            channel=channel,
            sends=sends,
            checks_left=TRIES if sends == 1 else None,
            expires_at=now + timedelta(seconds=services.ttl_seconds - age),
            last_sent_at=now,
        ),
        kept=KeptVerification(
            id=facts.sid,
            status=VerificationStatus.PENDING,
            channel=channel,
            sends=sends,
            age_seconds=age,
            is_sent_now=True,
            attempt_sids=tuple(attempt.attempt_sid for attempt in facts.attempts),
        ),
        calls=(answer,),
    )
