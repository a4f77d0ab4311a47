"""Weighing a 404: a check that found no verification may be one that ended it.

Lives here: the evidence of Twilio's Attempts, gathered and acted on. What it amounts to is decided in
tasks/explain.py. Premise: no other program checks codes on this Verify service.
"""

from typing import Final

import structlog

from gateway.answer import Answer, AnswerClass
from phone_verification.kinds import ErrorKind, Operation
from tasks.asked import in_doubt, refused
from tasks.checked import described, inferred
from tasks.explain import Verdict, cause_of_not_found, judge, may_be_same_code, verifications_met
from tasks.inquiry import Inquiry
from tasks.known import Asked, Known, look_up_met
from tasks.metrics import count_look
from tasks.step import Step

log: Final = structlog.get_logger()


def weigh(
    inquiry: Inquiry, asked: Asked, known: Known, *, sid: str | None, answer: Answer | None = None
) -> Step:
    """Say what became of a check whose verification is gone, or that a younger one could not decide."""
    if not may_be_same_code(known):
        return _explained(inquiry, asked, known, sid, answer)
    listed = (
        inquiry.attempts(sid)
        if sid
        else inquiry.texts_to(asked.number.e164, since_seconds=_since_seconds(inquiry, known))
    )
    met = verifications_met(known, listed.attempts)
    if listed.answer_class is not AnswerClass.SUCCEEDED or len(met) != 1:
        # Of several verifications, nobody can say which one the lost check met.
        return in_doubt(inquiry.claim, inquiry.services.figures, answer)
    [(met_sid, age_seconds)] = met.items()
    if known.verification is None or known.verification.id != met_sid:
        known = look_up_met(inquiry.services, inquiry.claim, asked, met_sid)
    verdict = judge(
        known,
        is_converted=any(text.converted for text in listed.attempts if text.verification_sid == met_sid),
        lag_seconds=inquiry.services.figures.attempts_lag_seconds,
    )
    count_look(Operation.CHECK, verdict)
    if verdict is Verdict.APPROVED:
        return inferred(inquiry, asked, known, met_sid, age_seconds)
    if verdict is Verdict.WAIT:
        return in_doubt(inquiry.claim, inquiry.services.figures, answer)
    return _explained(inquiry, asked, known, sid, answer)


def _explained(inquiry: Inquiry, asked: Asked, known: Known, sid: str | None, answer: Answer | None) -> Step:
    cause = cause_of_not_found(known)
    verification = known.verification
    if cause is ErrorKind.NO_VERIFICATION_RECORD and verification is not None and not known.unresolved:
        cause = _cause_while_live(inquiry, verification.id)
    is_locked = cause is ErrorKind.MAX_CHECK_ATTEMPTS and verification is not None
    return refused(
        cause,
        described(inquiry, asked, known),
        answer,
        provider_sid=sid,
        retry_after_seconds=verification.expires_in_seconds if is_locked and verification else None,
    )


def _cause_while_live(inquiry: Inquiry, sid: str) -> ErrorKind:
    """Tell a verification that somebody else's program ended from one that is gone for no known reason."""
    if any(attempt.converted for attempt in inquiry.attempts(sid).attempts):
        log.error("provider.service_is_shared", mend="let no other program check codes on this service")
        return ErrorKind.ALREADY_VERIFIED
    log.warning("run.verification_gone", task_id=inquiry.claim.task_id)
    return ErrorKind.NO_VERIFICATION_RECORD


def _since_seconds(inquiry: Inquiry, known: Known) -> float:
    """Return how far back a text may be that this check's code came with."""
    since = known.since_send_seconds
    base = inquiry.services.ttl_seconds if since is None else since
    return base + inquiry.services.figures.clock_slack_seconds
