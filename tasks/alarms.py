"""Alarms: what an operator must hear of, as one error line each.

Lives here: which outcomes are the operator's to mend. A code that the catalogue does not know is told
once a process, because a thousand people may meet it in a minute.
"""

import threading
from typing import Final

import structlog

from gateway.answer import Answer, Reason
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import ErrorKind, Fault

log: Final = structlog.get_logger()

_told: Final[set[int]] = set()
_telling: Final = threading.Lock()


def raise_alarms(kind: ErrorKind | None, calls: tuple[Answer, ...]) -> None:
    """Tell the operator of a fault of ours, and of codes that nobody has catalogued yet."""
    for answer in calls:
        if answer.reason is Reason.UNKNOWN_CODE and answer.provider_code is not None:
            _tell_once(answer.provider_code, answer.http_status)
    if kind is not None and KIND_FACTS[kind].fault is Fault.OPERATOR:
        log.error("run.operator_fault", kind=kind.value, mend=KIND_FACTS[kind].operator_action)


def _tell_once(code: int, http_status: int | None) -> None:
    with _telling:
        if code in _told:
            return
        _told.add(code)
    log.error("provider.unknown_code", provider_code=code, http_status=http_status)
