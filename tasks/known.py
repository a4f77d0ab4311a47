"""What we know of a number when its code is checked.

Lives here: the look-ups of a check, gathered into one value. Must not: decide.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from models.closed_sets import VerificationStatus
from models.database import AnyRow
from models.evidence import (
    APPROVING_CHECK,
    HANDLE,
    UNRESOLVED,
    VERIFICATION_OF_NUMBER,
    VERIFICATION_OF_SEND,
    WAS_ANSWERED_WRONG,
)
from models.records import TRIES
from phone_verification.kinds import Channel, Operation
from tasks.claim import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVerification:
    """A verification of Twilio's as our records have it."""

    id: str
    status: VerificationStatus
    channel: Channel | None
    sends: int
    failed_checks: int
    created_at: datetime
    last_sent_at: datetime | None
    expires_at: datetime
    expires_in_seconds: float

    @property
    def checks_left(self) -> int:
        """Tries that Twilio still grants, as far as we know."""
        return max(TRIES - self.failed_checks, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that our records say before Twilio is asked."""

    is_handle_theirs: bool
    verification: KnownVerification | None
    approved_handle: str | None = None
    approved_at: datetime | None = None
    was_answered_wrong: bool = False
    unresolved_checks: int = 0


def look_up(
    connection: Connection, claim: Claim, phone_fingerprints: list[str], code_hmacs: list[str]
) -> Known:
    """Gather what we know of a check's handle, its verification, and other checks."""
    names = {
        "run": claim.task_id,
        "verification_id": claim.verification_id,
        "phone_fingerprints": phone_fingerprints,
        "code_hmacs": code_hmacs,
    }
    if claim.verification_id is not None:
        handle = connection.execute(HANDLE, names).one_or_none()
        if not _is_theirs(handle, phone_fingerprints):
            return Known(is_handle_theirs=False, verification=None)
    row = connection.execute(
        VERIFICATION_OF_NUMBER if claim.verification_id is None else VERIFICATION_OF_SEND, names
    ).one_or_none()
    names["provider_sid"] = row and row.id
    unresolved = connection.execute(UNRESOLVED, names).scalar_one()
    if row is None:
        return Known(is_handle_theirs=True, verification=None, unresolved_checks=unresolved)
    approving = connection.execute(APPROVING_CHECK, names).one_or_none()
    return Known(
        is_handle_theirs=True,
        verification=_known(row),
        approved_handle=approving and approving.verification_id,
        approved_at=approving and approving.finished_at,
        was_answered_wrong=connection.execute(WAS_ANSWERED_WRONG, names).scalar_one(),
        unresolved_checks=unresolved,
    )


def _is_theirs(handle: AnyRow | None, phone_fingerprints: list[str]) -> bool:
    return (
        handle is not None
        and handle.operation is Operation.SEND
        and handle.phone_fingerprint in phone_fingerprints
    )


def _known(row: AnyRow) -> KnownVerification:
    return KnownVerification(
        id=row.id,
        status=row.status,
        channel=row.channel,
        sends=row.sends,
        failed_checks=row.failed_checks,
        created_at=row.created_at,
        last_sent_at=row.last_sent_at,
        expires_at=row.expires_at,
        expires_in_seconds=row.expires_in_seconds,
    )
