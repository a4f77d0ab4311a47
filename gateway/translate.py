"""What an answer means: one pure decision, code first, then HTTP status.

Lives here: from an exchange to an answer. Nothing is asked, nothing is remembered, and nothing of an
answer that could name a number goes further than the facts.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from gateway.answer import Answer, AnswerClass, Reason
from gateway.call import AnyCall, Call
from gateway.compose import answered, compose, doubted
from gateway.exchange import Exchange, Failure
from gateway.fields import BrokenBodyError, read_body
from gateway.messaged import messaged
from gateway.refused import refused
from gateway.verified import verified
from phone_verification.kinds import ErrorKind

_NEVER_LEFT: Final = frozenset(
    {Failure.CONNECT_REFUSED, Failure.CONNECT_TIMEOUT, Failure.DNS, Failure.TLS, Failure.LEASE_OVER}
)


def translate(call: AnyCall, exchange: Exchange) -> Answer:
    """Say what an exchange means."""
    if exchange.failure is not None:
        return _without_answer(call, exchange, exchange.failure)
    if exchange.status is None:
        return _without_answer(call, exchange, Failure.RESET)
    body = read_body(exchange.body)
    if HTTPStatus.OK <= exchange.status < HTTPStatus.MULTIPLE_CHOICES:
        return _success(call, exchange, body)
    return refused(call, exchange, body)


def translate_pages(call: AnyCall, pages: Sequence[Exchange]) -> Answer:
    """Say what all pages of a list mean: the facts of each, or the first that is no answer."""
    answers = [translate(call, page) for page in pages]
    for answer in answers:
        if answer.answer_class is not AnswerClass.SUCCEEDED:
            return answer
    return answered(
        call,
        pages[-1],
        attempts=tuple(attempt for answer in answers for attempt in answer.attempts),
        messages=tuple(message for answer in answers for message in answer.messages),
    )


def _without_answer(call: AnyCall, exchange: Exchange, failure: Failure) -> Answer:
    reason = Reason.GARBAGE if failure is Failure.TOO_LARGE else Reason(failure.value)
    never_left = failure in _NEVER_LEFT
    return compose(
        call,
        exchange,
        AnswerClass.NOT_SENT if never_left else AnswerClass.MAYBE_SENT,
        reason,
        kind=ErrorKind.PROVIDER_UNAVAILABLE,
    )


def _success(call: AnyCall, exchange: Exchange, body: dict[str, Any] | None) -> Answer:
    """A 2xx counts when it holds what it must and is about what was asked."""
    if body is None:
        return doubted(call, exchange, Reason.GARBAGE)
    try:
        if isinstance(call, Call):
            return verified(call, exchange, body)
        return messaged(call, exchange, body)
    except BrokenBodyError:
        return doubted(call, exchange, Reason.MISSING_FIELDS)
