"""What came of asking for a text: from a start's answer, or from what was found later, to a step.

Lives here: the one place where a send becomes `sent`.
"""

from datetime import timedelta

from gateway.answer import Answer, AnswerClass
from models.closed_sets import VerificationStatus
from models.records import TRIES
from phone_verification.keys import Label
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import ErrorKind, Outcome
from tasks.asked import refused, undecided
from tasks.inquiry import Inquiry
from tasks.sighting import Sighting
from tasks.step import Finish, KeptVerification, Step
from tasks.wanted import Wanted, described
from tasks.watch import block_fingerprint


def read_start(inquiry: Inquiry, wanted: Wanted, answer: Answer) -> Step:
    """Say what a start's answer means for its run; the fence's refusal is for the caller."""
    claim, figures = inquiry.claim, inquiry.services.figures
    if answer.answer_class is AnswerClass.SUCCEEDED:
        return _sent(inquiry, wanted, answer)
    if answer.answer_class is AnswerClass.REFUSED:
        kind = answer.kind or ErrorKind.PROVIDER_ERROR
        counts = KIND_FACTS[kind].outcome is not Outcome.FAILED
        seen = described(inquiry, wanted, counts=counts)
        return refused(kind, seen, answer, retry_after_seconds=answer.retry_after_seconds)
    nothing_sent = described(inquiry, wanted, counts=False)
    return undecided(answer, claim, figures, nothing_sent, least_left_seconds=figures.least_left_seconds)


def _sent(inquiry: Inquiry, wanted: Wanted, answer: Answer) -> Finish:
    facts, claim = answer.verification, inquiry.claim
    if facts is None:
        raise ValueError("a start that succeeded told no verification")
    *older, own = (attempt.attempt_sid for attempt in facts.attempts)
    return found(
        inquiry,
        wanted,
        Sighting(
            verification_sid=facts.sid,
            # After a first request whose answer was lost, an older unknown text is this run's as well.
            texts=(*older, own) if claim.posts > 1 else (own,),
            age_seconds=facts.age_seconds or 0,
            sends=len(facts.attempts),
        ),
        others=() if claim.posts > 1 else tuple(older),
    )


def found(inquiry: Inquiry, wanted: Wanted, sighting: Sighting, *, others: tuple[str, ...] = ()) -> Finish:
    """End a send as `sent`: its text is known. The first new text is its own, all are if it asked twice."""
    claim, ttl_seconds = inquiry.claim, inquiry.services.ttl_seconds
    own = sighting.texts if claim.posts > 1 else sighting.texts[:1]
    age = min(sighting.age_seconds, ttl_seconds)
    kept = sighting.verification_sid and KeptVerification(
        id=sighting.verification_sid,
        status=VerificationStatus.PENDING,
        channel=wanted.arguments.channel,
        number_block=block_fingerprint(inquiry.services.fingerprints, wanted.number),
        sends=sighting.sends,
        age_seconds=age,
        sent_seconds_ago=sighting.sent_seconds_ago,
        own_attempt_sids=own,
        other_attempt_sids=(*others, *sighting.texts[len(own) :]),
        phone_fingerprints=tuple(inquiry.services.fingerprints.every(Label.PHONE, wanted.number.e164)),
    )
    return Finish(
        outcome=Outcome.SENT,
        provider_sid=sighting.verification_sid,
        verification=described(
            inquiry,
            wanted,
            counts=True,
            sends=max(sighting.sends, 1),
            checks_left=TRIES if sighting.sends == 1 else None,
            expires_at=claim.now() + timedelta(seconds=ttl_seconds - age),
        ),
        kept=kept or None,
    )
