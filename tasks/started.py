"""What came of asking for a text: from a start's answer, or from what was found later, to a step.

Lives here: the one place where a send becomes `sent`.
"""

from datetime import timedelta

from gateway.answer import Answer, AnswerClass
from models.closed_sets import VerificationStatus
from models.records import TRIES
from phone_verification.arguments import SendArguments
from phone_verification.keys import Label
from phone_verification.kinds import Channel, ErrorKind, Outcome
from phone_verification.phone_numbers import PhoneNumber
from tasks.asked import refused, undecided
from tasks.claim import Claim
from tasks.inquiry import Inquiry
from tasks.reply import verification_answer
from tasks.services import Services
from tasks.sighting import Sighting
from tasks.step import Finish, KeptVerification, Step


def read_start(inquiry: Inquiry, number: PhoneNumber, arguments: SendArguments, answer: Answer) -> Step:
    """Say what a start's answer means for its run; the fence's refusal is for the caller."""
    claim, figures = inquiry.claim, inquiry.services.figures
    if answer.answer_class is AnswerClass.SUCCEEDED:
        return _sent(inquiry.services, claim, answer, number, arguments.channel)
    nothing_sent = verification_answer(number, claim.task_id, now=claim.now(), channel=arguments.channel)
    if answer.answer_class is AnswerClass.REFUSED:
        kind = answer.kind or ErrorKind.PROVIDER_ERROR
        return refused(kind, nothing_sent, answer, retry_after_seconds=answer.retry_after_seconds)
    return undecided(answer, claim, figures, nothing_sent, least_left_seconds=figures.least_left_seconds)


def _sent(services: Services, claim: Claim, answer: Answer, number: PhoneNumber, channel: Channel) -> Finish:
    facts = answer.verification
    if facts is None:
        raise ValueError("a start that succeeded told no verification")
    *older, own = (attempt.attempt_sid for attempt in facts.attempts)
    return found(
        services,
        claim,
        number,
        channel,
        Sighting(
            verification_sid=facts.sid,
            # After a first request whose answer was lost, an older unknown text is this run's as well.
            texts=(*older, own) if claim.posts > 1 else (own,),
            age_seconds=facts.age_seconds or 0,
            sends=len(facts.attempts),
        ),
        others=() if claim.posts > 1 else tuple(older),
    )


def found(
    services: Services,
    claim: Claim,
    number: PhoneNumber,
    channel: Channel,
    sighting: Sighting,
    *,
    others: tuple[str, ...] = (),
) -> Finish:
    """End a send as `sent`: its text is known. The first new text is its own, all are if it asked twice."""
    own = sighting.texts if claim.posts > 1 else sighting.texts[:1]
    age = min(sighting.age_seconds, services.ttl_seconds)
    now = claim.now()
    kept = sighting.verification_sid and KeptVerification(
        id=sighting.verification_sid,
        status=VerificationStatus.PENDING,
        channel=channel,
        sends=sighting.sends,
        age_seconds=age,
        sent_seconds_ago=sighting.sent_seconds_ago,
        own_attempt_sids=own,
        other_attempt_sids=(*others, *sighting.texts[len(own) :]),
        phone_fingerprints=tuple(services.fingerprints.every(Label.PHONE, number.e164)),
    )
    return Finish(
        outcome=Outcome.SENT,
        provider_sid=sighting.verification_sid,
        verification=verification_answer(
            number,
            claim.task_id,
            now=now,
            channel=channel,
            sends=max(sighting.sends, 1),
            checks_left=TRIES if sighting.sends == 1 else None,
            expires_at=now + timedelta(seconds=services.ttl_seconds - age),
            last_sent_at=now - timedelta(seconds=sighting.sent_seconds_ago),
        ),
        kept=kept or None,
    )
