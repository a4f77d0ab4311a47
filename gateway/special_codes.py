"""Codes that mean different things in different places, and those that are no final refusal.

Lives here: rows of the catalogue where the order matters: the narrower one first.
"""

from typing import Final

from gateway.answer import AnswerClass, Endpoint
from gateway.catalogue_row import Row
from phone_verification.kinds import ErrorKind as Kind

_NOT_SENT: Final = AnswerClass.NOT_SENT


def _absent(endpoints: tuple[Endpoint, ...], meaning: str) -> tuple[Row, ...]:
    """Say of a 404 that what we are configured with is not there, so that nothing was carried out."""
    return tuple(
        Row(
            code=20404,
            kind=Kind.PROVIDER_MISCONFIGURED,
            endpoint=endpoint,
            answer_class=_NOT_SENT,
            meaning=meaning,
        )
        for endpoint in endpoints
    )


SPECIAL: Final[tuple[Row, ...]] = (
    Row(code=60200, kind=Kind.INVALID_PHONE_NUMBER, parameter="To", meaning="the number is malformed"),
    Row(code=60200, kind=Kind.INVALID_CODE, parameter="Code", meaning="the code cannot be one"),
    Row(code=60200, kind=Kind.PROVIDER_MISCONFIGURED, meaning="another parameter is not accepted"),
    *_absent((Endpoint.START, Endpoint.SERVICE), "no such Verify service for these credentials"),
    *_absent((Endpoint.MESSAGE, Endpoint.MESSAGES, Endpoint.REACH), "no such account for these credentials"),
    Row(
        code=20404,
        kind=Kind.PROVIDER_ERROR,
        endpoint=Endpoint.MESSAGE_FETCH,
        meaning="no such message: deleted, or another account's",
    ),
    Row(
        code=20404,
        kind=Kind.NO_VERIFICATION_RECORD,
        meaning="nothing to check: expired, approved, used up or never started",
    ),
    Row(
        code=60202,
        kind=Kind.MAX_SEND_ATTEMPTS,
        endpoint=Endpoint.START,
        meaning="five wrong codes: no new text before the verification ends",
    ),
    Row(
        code=20003,
        kind=Kind.PROVIDER_MISCONFIGURED,
        answer_class=_NOT_SENT,
        meaning="wrong credentials, wrong region, or an account that was closed",
    ),
    Row(
        code=20429,
        kind=Kind.PROVIDER_UNAVAILABLE,
        answer_class=_NOT_SENT,
        meaning="too many requests at once; this one was not looked at",
    ),
    Row(
        code=25109,
        kind=Kind.PROVIDER_UNAVAILABLE,
        answer_class=_NOT_SENT,
        meaning="too many Verify requests; this one was not looked at",
    ),
    Row(
        code=60212,
        kind=Kind.PROVIDER_UNAVAILABLE,
        answer_class=_NOT_SENT,
        meaning="too many starts for this number at once",
    ),
    Row(
        code=20500,
        kind=Kind.PROVIDER_UNAVAILABLE,
        answer_class=AnswerClass.MAYBE_SENT,
        meaning="a fault inside Twilio; the request may have been carried out",
    ),
    Row(
        code=20503,
        kind=Kind.PROVIDER_UNAVAILABLE,
        answer_class=AnswerClass.MAYBE_SENT,
        meaning="Twilio is overloaded; the request may have been carried out",
    ),
)
