"""Checking a code of our own: compared here, in the transaction that writes down what came of it.

Lives here: counting a try, comparing, accepting once. Nobody else is asked, so no answer can be lost: a crash
takes everything back, and whoever comes next does it anew. A number's codes that live at once are tried
together: whoever types one that was texted to the phone has the phone, whichever text it came with.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from models.database import AnyRow
from models.own_codes import ACCEPT_CODE, END_OTHER_CODES, TRY_CODES, TYPED
from phone_verification.keys import Label
from phone_verification.kinds import ErrorKind, Outcome
from tasks.asked import refused
from tasks.checked import described, described_own
from tasks.explain import cause_of_not_found
from tasks.inquiry import Inquiry
from tasks.known import Asked, Known
from tasks.own_code import is_own_code, own_code_fingerprint
from tasks.step import Comparison, Finish


def try_own_code(inquiry: Inquiry, asked: Asked, known: Known) -> Comparison:
    """Compare a code with the number's living ones, when what comes of it is written down."""
    # No answer of ours can be lost: a check that a crash took back leaves no doubt behind.
    sure = replace(known, unresolved=())
    return Comparison(decide=lambda connection: _decide(connection, inquiry, asked, sure))


def _decide(connection: Connection, inquiry: Inquiry, asked: Asked, known: Known) -> Finish:
    keys, e164 = inquiry.services.fingerprints, asked.number.e164
    phones = {"phone_fingerprints": keys.every(Label.PHONE, e164)}
    # Counted before anything is compared, and locked until the end: comparing in parallel gains nothing.
    tried = connection.execute(TRY_CODES, phones).all()
    matched = [row for row in tried if is_own_code(keys, row.code_hmac, row.id, e164, asked.code)]
    if matched:
        return _accept(connection, inquiry, asked, known, matched[0])
    return _wrong(inquiry, asked, known, tried) if tried else _gone(inquiry, asked, known)


def _accept(connection: Connection, inquiry: Inquiry, asked: Asked, known: Known, matched: AnyRow) -> Finish:
    """Approve the verification that the handle stands for; the one that the code came with has arrived."""
    keys, met = inquiry.services.fingerprints, known.verification
    approved = met.id if met else str(matched.id)
    until = max(met.expires_at, matched.expires_at) if met else matched.expires_at
    own = own_code_fingerprint(keys, approved, asked.number.e164, asked.code)
    connection.execute(TYPED, {"typed_code": matched.id})
    connection.execute(ACCEPT_CODE, {"own_code": approved, "accepted_hmac": own, "lives_until": until})
    phones = keys.every(Label.PHONE, asked.number.e164)
    connection.execute(END_OTHER_CODES, {"own_code": approved, "phone_fingerprints": phones})
    return Finish(
        outcome=Outcome.APPROVED,
        provider_sid=approved,
        verification=described_own(inquiry, asked, known, failed=matched.failed_checks - 1, expires_at=until),
    )


def _wrong(inquiry: Inquiry, asked: Asked, known: Known, tried: Sequence[AnyRow]) -> Finish:
    """Refuse a code; the tries that are left are those of the verification that the handle stands for."""
    told = known.verification.id if known.verification else None
    row = next((one for one in tried if one.id == told), max(tried, key=lambda one: one.created_at))
    return refused(
        ErrorKind.INVALID_CODE,
        described_own(inquiry, asked, known, failed=row.failed_checks, expires_at=row.expires_at),
        provider_sid=str(row.id),
    )


def _gone(inquiry: Inquiry, asked: Asked, known: Known) -> Finish:
    """Say why there is no code to compare with: used up, expired, ended, or never made."""
    verification = known.verification
    cause = cause_of_not_found(known)
    is_locked = cause is ErrorKind.MAX_CHECK_ATTEMPTS and verification is not None
    return refused(
        cause,
        described(inquiry, asked, known),
        provider_sid=verification.id if verification else None,
        retry_after_seconds=verification.expires_in_seconds if is_locked and verification else None,
    )
