"""What came of a call that gave no definite answer: the same for a send and a check.

Lives here: from the class of an answer to a hand-back or a refusal.
"""

from gateway.answer import Answer, AnswerClass, Reason
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import ErrorKind, RunState
from phone_verification.results import VerificationAnswer
from tasks.claim import Claim
from tasks.figures import Figures
from tasks.retry import GiveUp, decide
from tasks.step import Finish, HandBack, Step


def undecided(
    answer: Answer,
    claim: Claim,
    figures: Figures,
    verification: VerificationAnswer,
    *,
    least_left_seconds: float = 0,
) -> Step:
    """Wait for what did not leave, while there is time; hold on to what may have left."""
    kind = answer.kind or ErrorKind.PROVIDER_UNAVAILABLE
    if answer.reason is Reason.LEASE_OVER and claim.waited_for is not None:
        # Nothing was asked this time: what it waited for before is still the reason.
        kind = claim.waited_for
    if answer.answer_class is AnswerClass.MAYBE_SENT:
        return in_doubt(claim, answer)
    decision = decide(
        figures,
        attempt=claim.epoch,
        left_seconds=claim.left_seconds(),
        least_left_seconds=least_left_seconds,
        retry_after_seconds=answer.retry_after_seconds,
        away_seconds=answer.away_seconds,
    )
    if isinstance(decision, GiveUp):
        return refused(kind, verification, answer, retry_after_seconds=answer.retry_after_seconds)
    return HandBack(
        state=RunState.WAITING,
        kind=kind,
        delay_seconds=decision.seconds,
        provider_code=answer.provider_code,
        calls=(answer,),
    )


def refused(
    kind: ErrorKind,
    verification: VerificationAnswer,
    answer: Answer | None = None,
    *,
    provider_sid: str | None = None,
    retry_after_seconds: float | None = None,
) -> Finish:
    """End a run for a reason; its kind says whose, and the answer that told it is kept."""
    return Finish(
        outcome=KIND_FACTS[kind].outcome,
        kind=kind,
        provider_code=answer.provider_code if answer else None,
        provider_sid=provider_sid,
        retry_after_seconds=retry_after_seconds,
        verification=verification,
        calls=(answer,) if answer else (),
    )


def in_doubt(claim: Claim, answer: Answer | None = None) -> HandBack:
    """Wait for the deadline: what may have left is never sent again."""
    return HandBack(
        state=RunState.AMBIGUOUS,
        kind=ErrorKind.OUTCOME_UNKNOWN,
        delay_seconds=max(claim.left_seconds(), 0),
        provider_code=answer.provider_code if answer else None,
        calls=(answer,) if answer else (),
    )
