"""A code of our own: six digits, made when a send is first claimed, kept sealed in its run until it ends.

Lives here: making, finding and fingerprinting it. It is written down before its text leaves, so that a second
request of the same intent carries the same code, and one that arrives late can be typed.
"""

import secrets
from dataclasses import dataclass, field
from typing import Final

from models.closed_sets import VerificationStatus
from models.own_codes import OWN_CODE
from phone_verification.keys import Fingerprints, Label
from tasks.inquiry import Inquiry
from tasks.services import Services
from tasks.wanted import Wanted
from tasks.watch import block_fingerprint

OWN_CODE_FIELD: Final = "own_code"
"""Under this name the code lies among a run's sealed arguments."""

_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCode:
    """A code and how long it still lives.

    `is_typed` once somebody has typed it, so that its text arrived; `is_over` when it is no good any more,
    because the number was approved.
    """

    code: str = field(repr=False)
    life_seconds: float
    is_typed: bool = False
    is_over: bool = False


def own_code_fingerprint(keys: Fingerprints, send_id: str, e164: str, code: str) -> str:
    """Fingerprint a code for the send that it was made for: of another send it is another one."""
    return keys.of(Label.OWN_CODE, send_id, e164, code)


def is_own_code(keys: Fingerprints, stored: str | None, send_id: str, e164: str, code: str) -> bool:
    """Whether this is the code that was made for a send, in constant time."""
    return keys.matches(stored, Label.OWN_CODE, send_id, e164, code)


def held_code(inquiry: Inquiry) -> OwnCode | None:
    """Find the code that an earlier claim of this run wrote down; None when none did, so none has left."""
    services, claim = inquiry.services, inquiry.claim
    code = services.seals.open(claim.task_id, claim.sealed_arguments or "").get(OWN_CODE_FIELD)
    row = code and services.database.one(OWN_CODE, {"own_code": claim.task_id})
    if not row:
        return None
    return OwnCode(
        code=str(code),
        life_seconds=row.expires_in_seconds,
        is_typed=row.sends > 0,
        is_over=row.status is not VerificationStatus.PENDING,
    )


def make_code(inquiry: Inquiry, wanted: Wanted) -> OwnCode | None:
    """Make a code and write it down before its text may leave; None when the claim is lost."""
    services, claim = inquiry.services, inquiry.claim
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    sealed = services.seals.seal(claim.task_id, {**wanted.arguments.intent(), OWN_CODE_FIELD: code})
    if not inquiry.hold_code(sealed, _row(services, claim.task_id, wanted, code)):
        return None
    return OwnCode(code=code, life_seconds=services.ttl_seconds)


def _row(services: Services, send_id: str, wanted: Wanted, code: str) -> dict[str, object]:
    keys, number = services.fingerprints, wanted.number
    return {
        "id": send_id,
        "phone_fingerprint": keys.of(Label.PHONE, number.e164),
        "phone_masked": number.masked,
        "country": number.country,
        "number_block": block_fingerprint(keys, number),
        "code_hmac": own_code_fingerprint(keys, send_id, number.e164, code),
        "ttl_seconds": services.ttl_seconds,
    }
