"""Replays: the same code pressed again after our approval is told again, and guessing is counted.

https://pages.nist.gov/sp800-63b.html: one approval; telling its outcome twice is not a second one.
"""

from models.evidence import COUNT_REPLAY, REPLAY_MATCHED
from phone_verification.keys import Label
from phone_verification.phone_numbers import PhoneNumber
from tasks.services import Services


def is_approved_code(services: Services, provider_sid: str, number: PhoneNumber, code: str) -> bool:
    """Whether this is the code that was approved; five that are not close the question for good."""
    counted = services.database.one(COUNT_REPLAY, {"provider_sid": provider_sid})
    if counted is None or not services.fingerprints.matches(counted.code_hmac, Label.CODE, number.e164, code):
        return False
    services.database.count(REPLAY_MATCHED, {"provider_sid": provider_sid})
    return True
