"""Naming a refusal: Twilio answers one 404 for four causes, our records tell them apart.

Lives here: two pure decisions on what we know. Records explain; alone they refuse only a code that
was answered wrong before, and what we approved ourselves.
"""

from models.records import TRIES
from phone_verification.kinds import ErrorKind
from tasks.known import Known


def refusal_by_records(known: Known, handle: str | None) -> ErrorKind | None:
    """Say what needs no asking: a foreign handle, a number already verified, a repeated wrong code.

    A replay for the handle that was approved is not for this function: its code must be compared.
    """
    if not known.is_handle_theirs:
        return ErrorKind.NO_VERIFICATION_RECORD
    if known.approved_at is not None and known.verification is not None:
        is_expired = known.verification.expires_in_seconds <= 0
        if handle is not None and known.approved_handle not in (handle, None):
            return ErrorKind.NO_VERIFICATION_RECORD
        return ErrorKind.NO_VERIFICATION_RECORD if is_expired else ErrorKind.ALREADY_VERIFIED
    return ErrorKind.INVALID_CODE if known.was_answered_wrong else None


def is_replay(known: Known, handle: str | None) -> bool:
    """Whether this handle's own approval still stands, so that the same code may be told again."""
    return (
        handle is not None
        and known.approved_at is not None
        and known.approved_handle == handle
        and known.verification is not None
        and known.verification.expires_in_seconds > 0
    )


def cause_of_not_found(known: Known) -> ErrorKind | None:
    """Name a 404 on a check; None while another check's lost answer could be its cause."""
    verification = known.verification
    if known.unresolved_checks:
        return None
    if verification is not None and verification.failed_checks >= TRIES:
        return ErrorKind.MAX_CHECK_ATTEMPTS
    if verification is not None and verification.expires_in_seconds <= 0:
        return ErrorKind.VERIFICATION_EXPIRED
    return ErrorKind.NO_VERIFICATION_RECORD
