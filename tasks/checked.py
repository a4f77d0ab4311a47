"""What came of a check: the steps that end it, with what the holder of its handle is told.

Lives here: approved, wrong, refused, told again. Must not: ask anybody.
"""

from datetime import datetime

from gateway.answer import VerificationFacts
from models.closed_sets import VerificationStatus
from models.records import TRIES
from phone_verification.keys import Label
from phone_verification.kinds import Channel, ErrorKind, Outcome, RunState, Service
from phone_verification.phone_numbers import PhoneNumber
from phone_verification.results import VerificationAnswer
from tasks.asked import refused
from tasks.guard import History, next_send_in_seconds
from tasks.inquiry import Inquiry
from tasks.known import Asked, Known
from tasks.replay import is_approved_code
from tasks.reply import verification_answer
from tasks.step import Finish, KeptVerification
from tasks.watch import block_fingerprint


def approved(inquiry: Inquiry, asked: Asked, known: Known, facts: VerificationFacts) -> Finish:
    """End a check that Twilio approved."""
    return _approved(inquiry, asked, known, facts.sid, facts.age_seconds or 0, is_inferred=False)


def inferred(inquiry: Inquiry, asked: Asked, known: Known, sid: str, age_seconds: float) -> Finish:
    """End a check whose approval was answered to nobody, but can only have been its own."""
    return _approved(inquiry, asked, known, sid, age_seconds, is_inferred=True)


def _approved(
    inquiry: Inquiry, asked: Asked, known: Known, sid: str, age_seconds: float, *, is_inferred: bool
) -> Finish:
    services = inquiry.services
    return Finish(
        outcome=Outcome.APPROVED,
        provider_sid=sid,
        is_inferred=is_inferred,
        verification=described(inquiry, asked, known),
        kept=KeptVerification(
            id=sid,
            status=VerificationStatus.APPROVED,
            number_block=block_fingerprint(services.fingerprints, asked.number),
            code_hmac=services.fingerprints.of(Label.CODE, asked.number.e164, asked.code),
            age_seconds=min(age_seconds, services.ttl_seconds),
        ),
    )


def wrong(inquiry: Inquiry, asked: Asked, known: Known, facts: VerificationFacts) -> Finish:
    """End a check whose code Twilio called wrong; each request that left may have used up a try."""
    failed = inquiry.claim.posts if inquiry.claim.state is RunState.SETTLING else 1
    return Finish(
        outcome=Outcome.REJECTED,
        kind=ErrorKind.INVALID_CODE,
        provider_sid=facts.sid,
        verification=described(inquiry, asked, known, failed_now=failed),
        kept=KeptVerification(
            id=facts.sid,
            status=VerificationStatus.PENDING,
            failed_checks=failed,
            number_block=block_fingerprint(inquiry.services.fingerprints, asked.number),
            age_seconds=min(facts.age_seconds or 0, inquiry.services.ttl_seconds),
        ),
    )


def told_again(inquiry: Inquiry, asked: Asked, known: Known) -> Finish:
    """End a check of a handle that was approved before: by the same code it is told so again."""
    verification, seen = known.verification, described(inquiry, asked, known)
    services = inquiry.services
    if verification is None or not is_approved_code(services, verification, asked):
        return refused(
            ErrorKind.ALREADY_VERIFIED, seen, provider_sid=verification.id if verification else None
        )
    return Finish(
        outcome=Outcome.APPROVED,
        provider_sid=verification.id,
        approved_at=known.own_approved_at,
        verification=seen,
    )


def described(inquiry: Inquiry, asked: Asked, known: Known, *, failed_now: int = 0) -> VerificationAnswer:
    """Describe what is known of the verification to the holder of the handle."""
    verification, claim = known.verification, inquiry.claim
    if verification is None:
        return unknown(inquiry, asked.number, asked.history)
    return verification_answer(
        asked.number,
        claim.verification_id,
        now=claim.now(),
        next_send_in_seconds=_next_send_in_seconds(inquiry, asked.history),
        channel=verification.channel,
        service=verification.service,
        sends=verification.sends,
        checks_left=max(TRIES - verification.failed_checks - failed_now, 0),
        expires_at=verification.expires_at,
    )


def described_own(
    inquiry: Inquiry, asked: Asked, known: Known, *, failed: int, expires_at: datetime
) -> VerificationAnswer:
    """Describe a code of our own as it stands while it is compared."""
    claim = inquiry.claim
    return verification_answer(
        asked.number,
        claim.verification_id,
        now=claim.now(),
        next_send_in_seconds=_next_send_in_seconds(inquiry, asked.history),
        channel=Channel.SMS,
        service=Service.MESSAGING,
        # While its send is in doubt nothing is counted yet; whoever types a code has had a text.
        sends=max(known.verification.sends, 1) if known.verification else 1,
        checks_left=max(TRIES - failed, 0),
        expires_at=expires_at,
    )


def unknown(inquiry: Inquiry, number: PhoneNumber, history: History) -> VerificationAnswer:
    """Describe a verification of which nothing is known but the number."""
    claim = inquiry.claim
    return verification_answer(
        number,
        claim.verification_id,
        now=claim.now(),
        next_send_in_seconds=_next_send_in_seconds(inquiry, history),
        service=inquiry.services.verification_service,
    )


def _next_send_in_seconds(inquiry: Inquiry, history: History) -> float:
    return next_send_in_seconds(inquiry.services.rules, history.number)
