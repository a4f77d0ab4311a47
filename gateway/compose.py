"""From an exchange and what it means to an answer.

Lives here: what every answer carries whatever it means: status, ids and waits out of the headers.
"""

import re
from typing import Any, Final

from gateway.answer import Answer, AnswerClass, Reason
from gateway.call import AnyCall
from gateway.exchange import Exchange
from gateway.fields import read_mail_time
from phone_verification.kinds import ErrorKind

_LONGEST_RETRY_AFTER_SECONDS: Final = 86_400


def answered(call: AnyCall, exchange: Exchange, **facts: Any) -> Answer:  # noqa: ANN401 - the answer's own
    """Compose an answer that says yes, with its facts."""
    return compose(call, exchange, AnswerClass.SUCCEEDED, Reason.ANSWERED, **facts)


def doubted(call: AnyCall, exchange: Exchange, reason: Reason, code: int | None = None) -> Answer:
    """Compose an answer to a request that may have been carried out."""
    return compose(
        call, exchange, AnswerClass.MAYBE_SENT, reason, kind=ErrorKind.PROVIDER_UNAVAILABLE, code=code
    )


def compose(
    call: AnyCall,
    exchange: Exchange,
    answer_class: AnswerClass,
    reason: Reason,
    *,
    kind: ErrorKind | None = None,
    code: int | None = None,
    **facts: Any,  # noqa: ANN401 - the answer's own
) -> Answer:
    """Compose an answer."""
    headers = exchange.headers
    return Answer(
        endpoint=call.endpoint,
        answer_class=answer_class,
        reason=reason,
        kind=kind,
        provider_code=code,
        http_status=exchange.status,
        retry_after_seconds=_retry_after(headers.get("retry-after"), headers.get("date")),
        rate_limit_reached=is_own_rate_limit(exchange),
        request_id=_request_id(headers.get("twilio-request-id")),
        concurrent_requests=_whole(headers.get("twilio-concurrent-requests")),
        duration_seconds=exchange.duration_seconds,
        **facts,
    )


def is_own_rate_limit(exchange: Exchange) -> bool:
    """Whether a rate limit of ours was reached: the request was not the first of its intent."""
    return bool(exchange.headers.get("twilio-reached-rate-limit"))


def _request_id(value: str | None) -> str | None:
    return value if value and re.fullmatch(r"RQ[0-9a-fA-F]{32}", value) else None


def _whole(value: str | None) -> int | None:
    return int(value) if value and re.fullmatch(r"[0-9]{1,9}", value) else None


def _retry_after(value: str | None, date: str | None) -> float | None:
    """Read seconds or an HTTP date, the latter against the answer's own Date; ignore anything else."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", value.strip()):
        return min(float(value), _LONGEST_RETRY_AFTER_SECONDS)
    at, now = read_mail_time(value), read_mail_time(date)
    if at is None or now is None:
        return None
    return min(max((at - now).total_seconds(), 0), _LONGEST_RETRY_AFTER_SECONDS)
