"""What an answer means: one pure decision, code first, then HTTP status.

Lives here: from an exchange to an answer. Nothing is asked, nothing is remembered, and nothing of an
answer that could name a number goes further than the facts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from gateway.answer import Answer, AnswerClass, Endpoint, Reason, VerificationFacts
from gateway.body import BrokenBodyError, read_attempts, read_body, read_service, read_verification
from gateway.catalogue import classify
from gateway.exchange import Exchange, Failure
from phone_verification.kinds import ErrorKind

_PARAMETER: Final = re.compile(r"Invalid parameter:?\s*`?(\w+)")
_LONGEST_RETRY_AFTER_SECONDS: Final = 86_400
_NEVER_LEFT: Final = frozenset(
    {Failure.CONNECT_REFUSED, Failure.CONNECT_TIMEOUT, Failure.DNS, Failure.TLS, Failure.LEASE_OVER}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What was asked: an answer counts only when it echoes this."""

    endpoint: Endpoint
    service_sid: str
    to: str | None = field(default=None, repr=False)
    sid: str | None = None


def translate(call: Call, exchange: Exchange) -> Answer:
    """Say what an exchange means."""
    if exchange.failure is not None:
        return _without_answer(call, exchange, exchange.failure)
    if exchange.status is None:
        return _without_answer(call, exchange, Failure.RESET)
    body = read_body(exchange.body)
    if HTTPStatus.OK <= exchange.status < HTTPStatus.MULTIPLE_CHOICES:
        return _success(call, exchange, body)
    return _refusal(call, exchange, body)


def translate_pages(call: Call, pages: Sequence[Exchange]) -> Answer:
    """Say what all pages of a list mean: the facts of each, or the first that is no answer."""
    answers = [translate(call, page) for page in pages]
    for answer in answers:
        if answer.answer_class is not AnswerClass.SUCCEEDED:
            return answer
    found = tuple(attempt for answer in answers for attempt in answer.attempts)
    return _answer(call, pages[-1], AnswerClass.SUCCEEDED, Reason.ANSWERED, attempts=found)


def _without_answer(call: Call, exchange: Exchange, failure: Failure) -> Answer:
    reason = Reason.GARBAGE if failure is Failure.TOO_LARGE else Reason(failure.value)
    never_left = failure in _NEVER_LEFT
    return _answer(
        call,
        exchange,
        AnswerClass.NOT_SENT if never_left else AnswerClass.MAYBE_SENT,
        reason,
        kind=ErrorKind.PROVIDER_UNAVAILABLE,
    )


def _success(call: Call, exchange: Exchange, body: dict[str, Any] | None) -> Answer:
    """A 2xx counts when it holds what it must and is about what was asked."""
    if body is None:
        return _doubt(call, exchange, Reason.GARBAGE)
    try:
        if call.endpoint is Endpoint.ATTEMPTS:
            return _listed(call, exchange, body)
        if call.endpoint is Endpoint.SERVICE:
            return _answered(call, exchange, service=read_service(body))
        facts = read_verification(body, exchange.headers.get("date"))
    except BrokenBodyError:
        return _doubt(call, exchange, Reason.MISSING_FIELDS)
    return _told(call, exchange, facts)


def _told(call: Call, exchange: Exchange, facts: VerificationFacts) -> Answer:
    flaw = _flaw(call, facts)
    if flaw is not None:
        return _doubt(call, exchange, flaw)
    if call.endpoint is Endpoint.CHECK and facts.status in _ENDED:
        # Not approved for sure: an ended verification is answered as one that is gone.
        return _answer(
            call,
            exchange,
            AnswerClass.REFUSED,
            Reason.REFUSED,
            kind=ErrorKind.NO_VERIFICATION_RECORD,
        )
    return _answered(call, exchange, verification=facts)


def _listed(call: Call, exchange: Exchange, body: dict[str, Any]) -> Answer:
    """A list counts when nothing foreign is in it: a filter that did not work makes it no evidence."""
    attempts = read_attempts(body, exchange.headers.get("date"))
    is_echo = all(
        (call.to is None or attempt.to in (None, call.to))
        and (call.sid is None or attempt.verification_sid in (None, call.sid))
        and attempt.service_sid in (None, call.service_sid)
        for attempt in attempts
    )
    if not is_echo:
        return _doubt(call, exchange, Reason.WRONG_ECHO)
    return _answered(call, exchange, attempts=attempts)


def _flaw(call: Call, facts: VerificationFacts) -> Reason | None:
    """Say what keeps a verification from being the answer to this call.

    A desynchronised connection could hand over somebody else's approval.
    """
    is_echo = (
        facts.service_sid == call.service_sid
        and call.to in (facts.to, None)
        and call.sid in (facts.sid, None)
    )
    if not is_echo:
        return Reason.WRONG_ECHO
    is_text_missing = call.endpoint is Endpoint.START and not facts.attempts
    is_verdict_missing = call.endpoint is Endpoint.CHECK and facts.status not in _VERDICTS
    return Reason.MISSING_FIELDS if is_text_missing or is_verdict_missing else None


_ENDED: Final = frozenset({"canceled", "deleted", "expired", "failed"})
_VERDICTS: Final = frozenset({"approved", "pending", "max_attempts_reached"}) | _ENDED


def _refusal(call: Call, exchange: Exchange, body: dict[str, Any] | None) -> Answer:
    status = exchange.status or 0
    code = body.get("code") if body else None
    if not isinstance(code, int) or isinstance(code, bool):
        return _by_status(call, exchange, status)
    if code == _TOO_MANY and _is_own_rate_limit(exchange):
        return _answer(
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
        return _answer(call, exchange, row.answer_class, reason, kind=row.kind, code=code)
    return _by_status(call, exchange, status, code)


_TOO_MANY: Final = 20429
_REASONS: Final = {
    AnswerClass.REFUSED: Reason.REFUSED,
    AnswerClass.NOT_SENT: Reason.RATE_LIMITED,
    AnswerClass.MAYBE_SENT: Reason.HTTP_5XX,
}


def _by_status(call: Call, exchange: Exchange, status: int, code: int | None = None) -> Answer:
    """Judge by HTTP status alone: what is not Twilio's own 4xx may have been carried out."""
    if status == HTTPStatus.UNAUTHORIZED:
        return _answer(
            call,
            exchange,
            AnswerClass.NOT_SENT,
            Reason.MISCONFIGURED,
            kind=ErrorKind.PROVIDER_MISCONFIGURED,
            code=code,
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS and code is None:
        return _answer(
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
        return _answer(
            call,
            exchange,
            AnswerClass.REFUSED,
            Reason.UNKNOWN_CODE,
            kind=ErrorKind.PROVIDER_ERROR,
            code=code,
        )
    is_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT
    return _doubt(call, exchange, Reason.HTTP_5XX if is_fault else Reason.GARBAGE, code)


def _answered(call: Call, exchange: Exchange, **facts: Any) -> Answer:  # noqa: ANN401 - the answer's own
    return _answer(call, exchange, AnswerClass.SUCCEEDED, Reason.ANSWERED, **facts)


def _doubt(call: Call, exchange: Exchange, reason: Reason, code: int | None = None) -> Answer:
    return _answer(
        call, exchange, AnswerClass.MAYBE_SENT, reason, kind=ErrorKind.PROVIDER_UNAVAILABLE, code=code
    )


def _answer(
    call: Call,
    exchange: Exchange,
    answer_class: AnswerClass,
    reason: Reason,
    *,
    kind: ErrorKind | None = None,
    code: int | None = None,
    **facts: Any,  # noqa: ANN401 - as above
) -> Answer:
    headers = exchange.headers
    return Answer(
        endpoint=call.endpoint,
        answer_class=answer_class,
        reason=reason,
        kind=kind,
        provider_code=code,
        http_status=exchange.status,
        retry_after_seconds=_retry_after(headers.get("retry-after"), headers.get("date")),
        rate_limit_reached=_is_own_rate_limit(exchange),
        request_id=_request_id(headers.get("twilio-request-id")),
        concurrent_requests=_whole(headers.get("twilio-concurrent-requests")),
        duration_seconds=exchange.duration_seconds,
        **facts,
    )


def _is_own_rate_limit(exchange: Exchange) -> bool:
    return bool(exchange.headers.get("twilio-reached-rate-limit"))


def _parameter(body: dict[str, Any] | None) -> str | None:
    found = _PARAMETER.search(str((body or {}).get("message") or (body or {}).get("detail") or ""))
    return found.group(1) if found else None


def _request_id(value: str | None) -> str | None:
    return value if value and re.fullmatch(r"RQ[0-9a-fA-F]{32}", value) else None


def _whole(value: str | None) -> int | None:
    return int(value) if value and re.fullmatch(r"[0-9]{1,9}", value) else None


def _retry_after(value: str | None, date: str | None) -> float | None:
    """Read seconds or an HTTP date, the latter against the answer's own Date; ignore anything else."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", value.strip()):
        seconds = float(value)
    else:
        try:
            seconds = (parsedate_to_datetime(value) - parsedate_to_datetime(date or "")).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0), _LONGEST_RETRY_AFTER_SECONDS)
