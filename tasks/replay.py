"""Replays: the same code pressed again after our approval is told again, and guessing is counted.

https://pages.nist.gov/sp800-63b.html: one approval; telling its outcome twice is not a second one.
"""

from models.evidence import COUNT_REPLAY, REPLAY_MATCHED
from phone_verification.keys import Label
from phone_verification.kinds import Service
from tasks.known import Asked, KnownVerification
from tasks.own_code import is_own_code
from tasks.services import Services


def is_approved_code(services: Services, verification: KnownVerification, asked: Asked) -> bool:
    """Whether this is the code that was approved; five that are not close the question for good."""
    counted = services.database.one(COUNT_REPLAY, {"provider_sid": verification.id})
    if counted is None or not _is_same(services, verification, counted.code_hmac, asked):
        return False
    services.database.count(REPLAY_MATCHED, {"provider_sid": verification.id})
    return True


def _is_same(services: Services, verification: KnownVerification, stored: str, asked: Asked) -> bool:
    keys, e164 = services.fingerprints, asked.number.e164
    if verification.service is Service.MESSAGING:
        return is_own_code(keys, stored, verification.id, e164, asked.code)
    return keys.matches(stored, Label.CODE, e164, asked.code)
