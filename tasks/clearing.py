"""Before a code is asked about while another one's answer is lost: see to it that they stay apart.

Twilio tells that a code was accepted, not which. Were two different codes both unanswered, nobody could
say later whose the approval was. So the second waits while the first is still being found out; a
verification that is still pending clears the first, once its request can no longer be under way; and one
that is gone was not ended by a code that was never asked about.
Lives here: that wait, that look, and what is written down of it.
"""

import random

from gateway.answer import AnswerClass, Reason
from models.closed_sets import VerificationStatus
from models.evidence import CLEAR
from phone_verification.kinds import ErrorKind, Operation, RunState
from tasks.asked import refused
from tasks.checked import described
from tasks.explain import is_older, may_be_same_code
from tasks.inquiry import Inquiry
from tasks.known import Asked, Known, Unresolved
from tasks.step import HandBack, Step
from tasks.weigh import weigh


def keep_apart(inquiry: Inquiry, asked: Asked, known: Known) -> Step | None:
    """Return None when this code may be asked about now; else to wait, or what is known without asking."""
    others = [one for one in known.unresolved if not one.is_same_code]
    if not others:
        return None
    if any(one.is_open for one in others):
        return _wait(inquiry)
    sid = known.verification.id if known.verification else None
    look = inquiry.fetch(sid or asked.number.e164)
    if look.verification is not None and look.verification.status == VerificationStatus.PENDING:
        age_seconds = look.verification.age_seconds
        met = [one for one in others if is_older(known, age_seconds, one.since_first_seconds)]
        return _clear(inquiry, asked, known, met)
    if look.kind is ErrorKind.NO_VERIFICATION_RECORD and not may_be_same_code(known):
        return weigh(inquiry, asked, known, sid=sid, answer=look)
    is_answered = look.answer_class in (AnswerClass.SUCCEEDED, AnswerClass.REFUSED)
    return None if is_answered or look.reason is Reason.RATE_LIMITED else _wait(inquiry)


def _clear(inquiry: Inquiry, asked: Asked, known: Known, met: list[Unresolved]) -> Step | None:
    """Write down which checks were not the approval; wait for those whose request may be under way."""
    figures = inquiry.services.figures
    # Its request may have left after a look like this one, and be carried out as late as any.
    landed = (
        figures.probe_budget_seconds + figures.lease_seconds(Operation.CHECK) + figures.twilio_landing_seconds
    )
    cleared = [one.task_id for one in met if one.since_last_seconds >= landed]
    if cleared:
        inquiry.services.database.count(CLEAR, {"runs": cleared})
    wait = landed - min((one.since_last_seconds for one in met), default=landed)
    if wait <= 0:
        return None
    if wait + figures.check_budget_seconds < inquiry.claim.left_seconds():
        return _wait(inquiry, wait)
    seen = described(inquiry, asked, known)
    return refused(ErrorKind.OUTCOME_UNKNOWN, seen, retry_after_seconds=wait)


def _wait(inquiry: Inquiry, seconds: float | None = None) -> HandBack:
    """Wait, some seconds or a moment; should the deadline come first, the person presses again."""
    moment = inquiry.services.figures.turn_seconds * random.uniform(0.3, 0.6)  # noqa: S311 - spreads load
    return HandBack(
        state=RunState.WAITING,
        kind=ErrorKind.OUTCOME_UNKNOWN,
        delay_seconds=moment if seconds is None else seconds,
    )
