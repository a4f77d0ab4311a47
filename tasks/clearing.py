"""Before a code is asked about while another one's answer is lost: see to it that they stay apart.

Twilio tells that a code was accepted, not which. Were two different codes both unanswered, nobody could
say later whose the approval was. So the second waits while the first is still being found out, and a
verification that is still pending clears the first: it was not the approval.
Lives here: that wait, that look, and what is written down of it.
"""

import random

from gateway.answer import AnswerClass, Reason
from models.closed_sets import VerificationStatus
from models.evidence import CLEAR
from phone_verification.kinds import ErrorKind, Operation, RunState
from tasks.explain import is_older
from tasks.inquiry import Inquiry
from tasks.known import Asked, Known, Unresolved
from tasks.step import HandBack


def keep_apart(inquiry: Inquiry, asked: Asked, known: Known) -> HandBack | None:
    """Return None when this code may be asked about now; else how long to wait."""
    others = [one for one in known.unresolved if not one.is_same_code]
    if not others:
        return None
    if any(one.is_open for one in others):
        return _wait(inquiry)
    pending = inquiry.fetch(known.verification.id if known.verification else asked.number.e164)
    if pending.verification is not None and pending.verification.status == VerificationStatus.PENDING:
        age_seconds = pending.verification.age_seconds
        _clear(inquiry, [one for one in others if is_older(known, age_seconds, one.since_first_seconds)])
    is_answered = pending.answer_class in (AnswerClass.SUCCEEDED, AnswerClass.REFUSED)
    return None if is_answered or pending.reason is Reason.RATE_LIMITED else _wait(inquiry)


def _clear(inquiry: Inquiry, others: list[Unresolved]) -> None:
    """Write down which checks were not the approval: those whose request can no longer be under way."""
    figures = inquiry.services.figures
    # Its request may have left after a look like this one, and be carried out as late as any.
    landed = (
        figures.probe_budget_seconds + figures.lease_seconds(Operation.CHECK) + figures.twilio_landing_seconds
    )
    cleared = [one.task_id for one in others if one.since_last_seconds >= landed]
    if cleared:
        inquiry.services.database.count(CLEAR, {"runs": cleared})


def _wait(inquiry: Inquiry) -> HandBack:
    longest = inquiry.services.figures.turn_seconds
    return HandBack(
        state=RunState.WAITING,
        kind=ErrorKind.PROVIDER_UNAVAILABLE,
        delay_seconds=longest * random.uniform(0.3, 0.6),  # noqa: S311 - spreads load, hides nothing
    )
