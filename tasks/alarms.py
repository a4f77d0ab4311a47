"""Alarms: what an operator must hear of, as one error line each.

Lives here: which outcomes are the operator's to mend. What a thousand people may meet in a minute is told
once a process: a code that the catalogue does not know, and wrong credentials, of which the breaker tells.
"""

import threading
from typing import Final

import structlog

from gateway.answer import Answer, AnswerClass, Reason
from gateway.breaker import Condition
from gateway.breakers import Change
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import ErrorKind, Fault
from tasks.metrics import count_breaker_change

log: Final = structlog.get_logger()

_told: Final[set[int]] = set()
_telling: Final = threading.Lock()


def raise_alarms(kind: ErrorKind | None, calls: tuple[Answer, ...]) -> None:
    """Tell the operator of a fault of ours, and of codes that nobody has catalogued yet."""
    for answer in calls:
        if answer.reason is Reason.UNKNOWN_CODE and answer.provider_code is not None:
            _tell_once(answer.provider_code, answer.http_status)
    if kind is None or KIND_FACTS[kind].fault is not Fault.OPERATOR or _is_told_by_breaker(kind, calls):
        return
    log.error("run.operator_fault", kind=kind.value, mend=KIND_FACTS[kind].operator_action)


def tell_of_breaker(change: Change) -> None:
    """Tell that an endpoint went away or came back; wrong credentials as an error with what to mend."""
    count_breaker_change(change.endpoint, change.after)
    facts = {"endpoint": change.endpoint.value, "away_seconds": round(change.away_seconds, 1)}
    if change.after is Condition.HELD and change.is_news:
        kind = ErrorKind.PROVIDER_MISCONFIGURED
        log.error("breaker.held", kind=kind.value, mend=KIND_FACTS[kind].operator_action, **facts)
    elif change.after is Condition.OPEN and change.is_news:
        log.warning("breaker.opened", **facts)
    elif change.after is Condition.CLOSED:
        log.warning("breaker.closed", **facts)
    else:
        log.info("breaker.changed", before=change.before.value, after=change.after.value, **facts)


def _is_told_by_breaker(kind: ErrorKind, calls: tuple[Answer, ...]) -> bool:
    """Whether an endpoint is held for it; a refusal of one request holds nothing and tells of itself."""
    is_refusal = any(answer.answer_class is AnswerClass.REFUSED for answer in calls)
    return kind is ErrorKind.PROVIDER_MISCONFIGURED and not is_refusal


def _tell_once(code: int, http_status: int | None) -> None:
    with _telling:
        if code in _told:
            return
        _told.add(code)
    log.error("provider.unknown_code", provider_code=code, http_status=http_status)
