"""What we know of a number when its code is checked.

Lives here: the look-ups of a check, gathered into one value. Must not: decide.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from models.closed_sets import VerificationStatus
from models.database import AnyRow
from models.evidence import EVIDENCE, EVIDENCE_OF_NUMBER, EVIDENCE_OF_SEND, UNRESOLVED
from phone_verification.keys import Fingerprints, Label
from phone_verification.kinds import Channel, Operation, RunState, Service
from phone_verification.phone_numbers import PhoneNumber
from tasks.claim import Claim
from tasks.figures import Figures
from tasks.guard import History
from tasks.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A check as the person typed it: a number and a code that could be right, and what came before."""

    number: PhoneNumber
    code: str = field(repr=False)
    history: History


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVerification:
    """A verification of Twilio's as our records have it.

    `known_for_seconds`: since a send's result named it. `is_followed_by_unknown_send`: a later text may
    have begun another one that we do not know.
    """

    id: str
    status: VerificationStatus
    service: Service = Service.VERIFY
    channel: Channel | None
    sends: int
    failed_checks: int
    created_at: datetime
    last_sent_at: datetime | None
    expires_at: datetime
    expires_in_seconds: float
    known_for_seconds: float | None = None
    is_followed_by_unknown_send: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The check that approved a verification: for whose handle, and whether by this very code.

    `is_same_code` is None when its code can no longer be compared.
    """

    handle: str | None
    is_same_code: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A check whose answer nobody knows; `is_same_code` is None when its code can no longer be compared."""

    task_id: str
    is_open: bool
    is_same_code: bool | None
    since_first_seconds: float
    since_last_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that our records say before anybody is asked; `unresolved` counts this run only once in doubt.

    `service` is the one that made the code.
    """

    is_handle_theirs: bool
    verification: KnownVerification | None
    service: Service = Service.VERIFY
    approval: Approval | None = None
    own_approved_at: datetime | None = None
    was_answered_wrong: bool = False
    unresolved: tuple[Unresolved, ...] = ()
    since_send_seconds: float | None = None

    @property
    def same_code(self) -> tuple[Unresolved, ...]:
        """The unresolved checks that carried this very code, as far as anybody can tell.

        One whose code was erased may have; once the verification has expired that explains nothing.
        """
        is_expired = self.verification is not None and self.verification.expires_in_seconds <= 0
        return tuple(
            one
            for one in self.unresolved
            if one.is_same_code or (one.is_same_code is None and not is_expired)
        )


def look_up(services: Services, claim: Claim, asked: Asked) -> Known:
    """Gather what we know of a check's handle, its verification, and other checks."""
    names, has_handle = _names(services, claim, asked), claim.verification_id is not None
    found = services.database.all(EVIDENCE_OF_SEND if has_handle else EVIDENCE_OF_NUMBER, names)[0]
    if has_handle and not _is_theirs(found, names["phone_fingerprints"]):
        return Known(is_handle_theirs=False, verification=None, service=services.verification_service)
    # A check by number alone means the latest text, wherever that one led to.
    sid = None if not has_handle and found.is_followed_by_unknown_send else found.id
    known = _of_verification(services, claim, asked, {**names, "provider_sid": sid}, found)
    return replace(
        known,
        since_send_seconds=found.since_first_seconds,
        service=_service(found, sid) or services.verification_service,
    )


def _service(found: AnyRow, sid: str | None) -> Service | None:
    """Say which service made the code: as its verification says, else as its send was asked for."""
    service: Service | None = found.handle_service if sid is None else found.service
    return service


def look_up_met(services: Services, claim: Claim, asked: Asked, sid: str) -> Known:
    """Gather what we know of a verification that was found to be the one in question."""
    names = {**_names(services, claim, asked), "provider_sid": sid}
    found = services.database.all(EVIDENCE, names)[0]
    return _of_verification(services, claim, asked, names, found)


def _names(services: Services, claim: Claim, asked: Asked) -> dict[str, Any]:
    keys, number = services.fingerprints, asked.number.e164
    return {
        "run": claim.task_id,
        "verification_id": claim.verification_id,
        "phone_fingerprints": keys.every(Label.PHONE, number),
        "code_hmacs": keys.every(Label.CODE, number, asked.code),
        "landing_window_seconds": _window_seconds(services.figures),
    }


def _of_verification(
    services: Services, claim: Claim, asked: Asked, names: dict[str, Any], found: AnyRow
) -> Known:
    """Say what was found of a verification, named by `provider_sid`, and look up what is still unresolved."""
    keys = services.fingerprints
    unresolved: tuple[Unresolved, ...] = ()
    if found.is_another_undecided or claim.state is RunState.SETTLING:
        unresolved = _unresolved(services, claim, asked, names)
        # One that was resolved meanwhile must be seen here or there: what came of it is read after it.
        found = services.database.all(EVIDENCE, names)[0]
    if names["provider_sid"] is None:
        return Known(
            is_handle_theirs=True,
            verification=None,
            unresolved=unresolved,
            service=services.verification_service,
        )
    is_same_code = _is_same(keys, found.code_hmac, asked)
    return Known(
        is_handle_theirs=True,
        service=Service.VERIFY if found.id is None else found.service,
        verification=None if found.id is None else _known(found),
        approval=None
        if found.approving_run is None
        else Approval(handle=found.approving_handle, is_same_code=is_same_code),
        own_approved_at=found.own_approved_at,
        was_answered_wrong=found.was_answered_wrong,
        unresolved=unresolved,
    )


def _unresolved(
    services: Services, claim: Claim, asked: Asked, names: dict[str, Any]
) -> tuple[Unresolved, ...]:
    """Look up the unresolved checks; this run's own code is the one in hand, whatever is stored."""
    return tuple(
        Unresolved(
            task_id=row.task_id,
            is_open=row.state is not RunState.DONE,
            is_same_code=row.task_id == claim.task_id
            or _is_same(services.fingerprints, row.code_hmac, asked),
            since_first_seconds=row.since_first_seconds or 0,
            since_last_seconds=row.since_last_seconds or 0,
        )
        for row in services.database.all(UNRESOLVED, names)
        if row.task_id != claim.task_id or claim.state is RunState.SETTLING
    )


def _is_same(keys: Fingerprints, stored: str | None, asked: Asked) -> bool | None:
    """Whether a stored code is the one typed; None when it was erased, or its key is gone."""
    if not keys.knows(stored):
        return None
    return keys.matches(stored, Label.CODE, asked.number.e164, asked.code)


def _window_seconds(figures: Figures) -> float:
    """Return how far a send's begin and the birth of the verification it made may lie apart."""
    return figures.send_deadline_seconds + figures.quiet_seconds


def _is_theirs(found: AnyRow, phone_fingerprints: list[str]) -> bool:
    return found.handle_operation is Operation.SEND and found.handle_phone_fingerprint in phone_fingerprints


def _known(row: AnyRow) -> KnownVerification:
    return KnownVerification(
        id=row.id,
        status=row.status,
        service=row.service,
        channel=row.channel,
        sends=row.sends,
        failed_checks=row.failed_checks,
        created_at=row.created_at,
        last_sent_at=row.last_sent_at,
        expires_at=row.expires_at,
        expires_in_seconds=row.expires_in_seconds,
        known_for_seconds=row.known_for_seconds,
        is_followed_by_unknown_send=row.is_followed_by_unknown_send,
    )
