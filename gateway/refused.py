"""What an answer other than a success means: code first, then HTTP status.

Lives here: refusals, and what may have been carried out all the same. It is alike for all of Twilio's APIs.
"""

import re
from http import HTTPStatus
from typing import Any, Final

from gateway.answer import Answer, AnswerClass, Reason
from gateway.call import AnyCall
from gateway.catalogue import classify
from gateway.compose import compose, doubted, is_own_rate_limit
from gateway.exchange import Exchange
from phone_verification.kinds import ErrorKind

_PARAMETER: Final = re.compile(r"Invalid parameter:?\s*`?(\w+)")


def refused(call: AnyCall, exchange: Exchange, body: dict[str, Any] | None) -> Answer:
    """Say what a status other than 2xx means: by Twilio's code, else by the status alone."""
    status = exchange.status or 0
    code = body.get("code") if body else None
    if not isinstance(code, int) or isinstance(code, bool):
        return _by_status(call, exchange, status)
    if code == _TOO_MANY and is_own_rate_limit(exchange):
        return compose(
            call,
            exchange,
            AnswerClass.REFUSED,
            Reason.RATE_LIMITED,
            kind=ErrorKind.RATE_LIMITED,
            code=code,
        )
    row = classify(code, call.endpoint, _parameter(body))
    if row is not None:
        reason = (
            Reason.MISCONFIGURED
            if row.kind is ErrorKind.PROVIDER_MISCONFIGURED
            else _REASONS[row.answer_class]
        )
        return compose(call, exchange, row.answer_class, reason, kind=row.kind, code=code)
    return _by_status(call, exchange, status, code)


_TOO_MANY: Final = 20429
_REASONS: Final = {
    AnswerClass.REFUSED: Reason.REFUSED,
    AnswerClass.NOT_SENT: Reason.RATE_LIMITED,
    AnswerClass.MAYBE_SENT: Reason.HTTP_5XX,
}


def _by_status(call: AnyCall, exchange: Exchange, status: int, code: int | None = None) -> Answer:
    """Judge by HTTP status alone: what is not Twilio's own 4xx may have been carried out."""
    if status == HTTPStatus.UNAUTHORIZED:
        return compose(
            call,
            exchange,
            AnswerClass.NOT_SENT,
            Reason.MISCONFIGURED,
            kind=ErrorKind.PROVIDER_MISCONFIGURED,
            code=code,
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS and code is None:
        return compose(
            call,
            exchange,
            AnswerClass.NOT_SENT,
            Reason.RATE_LIMITED,
            kind=ErrorKind.PROVIDER_UNAVAILABLE,
        )
    is_final = (
        HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        and status != HTTPStatus.REQUEST_TIMEOUT
        and code is not None
    )
    if is_final:
        return compose(
            call,
            exchange,
            AnswerClass.REFUSED,
            Reason.UNKNOWN_CODE,
            kind=ErrorKind.PROVIDER_ERROR,
            code=code,
        )
    is_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT
    return doubted(call, exchange, Reason.HTTP_5XX if is_fault else Reason.GARBAGE, code)


def _parameter(body: dict[str, Any] | None) -> str | None:
    found = _PARAMETER.search(str((body or {}).get("message") or (body or {}).get("detail") or ""))
    return found.group(1) if found else None
