"""What came of a call that gave no definite answer: the same for a send and a check.

Lives here: from the class of an answer to a hand-back or a refusal, and when to look again.
"""

import random
from collections.abc import Callable

from gateway.answer import Answer, AnswerClass, Reason
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import ErrorKind, RunState
from phone_verification.results import VerificationAnswer
from tasks.claim import Claim
from tasks.figures import Figures
from tasks.retry import GiveUp, decide
from tasks.step import Finish, HandBack


def undecided(
    answer: Answer,
    claim: Claim,
    figures: Figures,
    verification: VerificationAnswer | None,
    *,
    least_left_seconds: float = 0,
) -> Finish | HandBack:
    """Wait for what did not leave, while there is time; hold on to what may have left."""
    kind = answer.kind or ErrorKind.PROVIDER_UNAVAILABLE
    if answer.reason is Reason.LEASE_OVER and claim.waited_for is not None:
        # Nothing was asked this time: what it waited for before is still the reason.
        kind = claim.waited_for
    if answer.answer_class is AnswerClass.MAYBE_SENT or claim.state is RunState.SETTLING:
        return in_doubt(claim, figures, answer)
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
    )


def refused(
    kind: ErrorKind,
    verification: VerificationAnswer | None,
    answer: Answer | None = None,
    *,
    provider_sid: str | None = None,
    retry_after_seconds: float | None = None,
    is_code_canceled: bool = False,
) -> Finish:
    """End a run for a reason; its kind says whose."""
    return Finish(
        outcome=KIND_FACTS[kind].outcome,
        kind=kind,
        provider_code=answer.provider_code if answer else None,
        provider_sid=provider_sid,
        retry_after_seconds=retry_after_seconds,
        verification=verification,
        is_code_canceled=is_code_canceled,
    )


def in_doubt(claim: Claim, figures: Figures, answer: Answer | None = None) -> HandBack:
    """Let go of what may have left, until it is time to look what became of it."""
    return HandBack(
        state=RunState.AMBIGUOUS,
        kind=ErrorKind.OUTCOME_UNKNOWN,
        delay_seconds=next_look_seconds(
            figures,
            since_seconds=claim.since_last_begun_seconds(),
            left_seconds=claim.left_seconds(),
            is_first=claim.state is RunState.CALLING,
        ),
        provider_code=answer.provider_code if answer else None,
    )


def next_look_seconds(
    figures: Figures,
    *,
    since_seconds: float,
    left_seconds: float,
    is_first: bool,
    jitter: Callable[[float, float], float] = random.uniform,
) -> float:
    """Say when to look again: soon, then each time after twice as long, when all is quiet, and at last.

    A look just after the quiet period decides most; one shortly before the deadline is the last.
    """
    wait = figures.look_first_seconds
    if not is_first:
        wait = min(wait + since_seconds, figures.look_cap_seconds)
    wait *= jitter(0.8, 1)
    until_quiet = figures.quiet_seconds - since_seconds
    if 0 < until_quiet < wait * 1.5:
        wait = until_quiet
    until_last = left_seconds - figures.last_look_seconds
    if until_last < wait:
        return max(until_last, figures.look_first_seconds / 2)
    return wait
