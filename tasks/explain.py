"""Naming a refusal: Twilio answers one 404 for four causes, our records tell them apart.

Lives here: pure decisions on what we know. Records explain; alone they refuse only a code that was
answered wrong before, and what we approved ourselves.
"""

from collections.abc import Iterable
from enum import StrEnum
from math import inf
from typing import Final

from gateway.answer import AttemptFacts
from models.records import TRIES
from phone_verification.kinds import ErrorKind
from tasks.known import Known

# Twilio's stamps are whole seconds, so an age is right to one second either way.
_STAMP_SECONDS: Final = 1.0


class Verdict(StrEnum):
    """What Twilio's record of conversions says about a check that was answered 404."""

    APPROVED = "approved"
    WAIT = "wait"
    EXPLAIN = "explain"


def refusal_by_records(known: Known, handle: str | None, *, is_in_doubt: bool) -> ErrorKind | None:
    """Say what needs no asking: a foreign handle, a number already verified, a repeated wrong code.

    A run that is itself in doubt may have been the approval: only a code that is another one for sure is
    refused then. A replay for the handle that was approved is not for this function.
    """
    if not known.is_handle_theirs:
        return ErrorKind.NO_VERIFICATION_RECORD
    approval, verification = known.approval, known.verification
    if approval is None or verification is None:
        return ErrorKind.INVALID_CODE if known.was_answered_wrong else None
    if is_in_doubt and approval.is_same_code is not False:
        return None
    is_foreign = handle is not None and known.own_approved_at is None and approval.handle is not None
    if is_foreign or verification.expires_in_seconds <= 0:
        return ErrorKind.NO_VERIFICATION_RECORD
    return ErrorKind.ALREADY_VERIFIED


def is_replay(known: Known, handle: str | None) -> bool:
    """Whether this handle's own approval still stands, so that the same code may be told again."""
    return (
        handle is not None
        and known.own_approved_at is not None
        and known.verification is not None
        and known.verification.expires_in_seconds > 0
    )


def decides(known: Known, age_seconds: float | None) -> bool:
    """Whether a verification's "no" is about the one that every earlier check of this code can have met."""
    oldest = max((one.since_first_seconds for one in known.same_code), default=None)
    return oldest is None or is_older(known, age_seconds, oldest)


def is_older(known: Known, age_seconds: float | None, than_seconds: float) -> bool:
    """Whether a verification was there so many seconds ago: by our records, or by its age at Twilio.

    A younger one says nothing about a check that can only have met its forerunner.
    """
    known_for = known.verification.known_for_seconds if known.verification else None
    if known_for is not None and known_for >= than_seconds:
        return True
    return age_seconds is not None and age_seconds - _STAMP_SECONDS >= than_seconds


def may_be_same_code(known: Known) -> bool:
    """Whether any check whose answer is lost, or the one that was approved, may have carried this code."""
    is_approval = known.approval is not None and known.approval.is_same_code is not False
    return bool(known.same_code) or is_approval


def verifications_met(known: Known, texts: Iterable[AttemptFacts]) -> dict[str, float]:
    """Return the verifications that a lost check of this code can have met, each with its age in seconds.

    One that began after all of them is none of them.
    """
    ages: dict[str, float] = {}
    for text in texts:
        if text.verification_sid is not None:
            # A text whose age is not told may be as old as any.
            age = inf if text.age_seconds is None else text.age_seconds
            ages[text.verification_sid] = max(ages.get(text.verification_sid, 0), age)
    earliest = max((one.since_first_seconds for one in known.same_code), default=0)
    return {sid: age for sid, age in ages.items() if age + _STAMP_SECONDS >= earliest}


def judge(known: Known, *, is_converted: bool, lag_seconds: float) -> Verdict:
    """Credit a conversion to this code only if nobody else's code can have been it.

    `converted` at Twilio says that a right code was given, not whose: it is ours exactly when every check
    that may have been it carried our code, and one at least; one that cannot be compared did not. A
    missing conversion counts once it is older than Twilio's lag.
    """
    if not may_be_same_code(known):
        return Verdict.EXPLAIN
    codes = [one.is_same_code for one in known.unresolved]
    if known.approval is not None:
        codes.append(known.approval.is_same_code)
    if is_converted:
        return Verdict.APPROVED if all(codes) else Verdict.WAIT
    youngest = min((one.since_last_seconds for one in known.same_code), default=0)
    return Verdict.WAIT if youngest < lag_seconds else Verdict.EXPLAIN


def cause_of_not_found(known: Known) -> ErrorKind:
    """Name a 404 on a check that no lost answer explains."""
    verification = known.verification
    if verification is None:
        return ErrorKind.NO_VERIFICATION_RECORD
    if verification.failed_checks + len(known.unresolved) >= TRIES:
        return ErrorKind.MAX_CHECK_ATTEMPTS
    if verification.expires_in_seconds <= 0:
        return ErrorKind.VERIFICATION_EXPIRED
    return ErrorKind.NO_VERIFICATION_RECORD
