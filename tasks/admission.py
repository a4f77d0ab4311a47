"""Admission: whether a run may ask Twilio now, by what its number and its caller have used up.

Lives here: the look back, the guard's word, and its writing down. Counted while the claim is held, so that
of two runs at once exactly one is counted by the other. The rules are in tasks/guard.py.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import structlog

from models.history import HISTORY_OF_CHECK, HISTORY_OF_SEND, KEEP_DECISION
from phone_verification.arguments import CheckArguments, SendArguments
from phone_verification.keys import Label
from phone_verification.kinds import ErrorKind
from phone_verification.phone_numbers import PhoneNumber
from phone_verification.results import VerificationAnswer
from tasks.asked import refused
from tasks.guard import History, Objection, object_to_check, object_to_send
from tasks.inquiry import Inquiry
from tasks.metrics import count_objection
from tasks.rules import Rules
from tasks.services import Services
from tasks.step import Finish
from tasks.wanted import Wanted, described

log: Final = structlog.get_logger()

Seen = Callable[[], VerificationAnswer | None]
"""Describes what a refusal shows; nearly all are not refused."""


def look_back_on_send(inquiry: Inquiry, number: PhoneNumber, arguments: SendArguments) -> History:
    """Gather the sends of a number, and those that count against the same `client_ref`."""
    services, keys = inquiry.services, inquiry.services.fingerprints
    ref, limit = arguments.client_ref, services.rules.of_client_ref
    names = {
        **_number_names(services, inquiry.claim.task_id, number),
        "client_ref_hmacs": [] if ref is None else keys.every(Label.CLIENT_REF, ref),
        "client_ref_window_seconds": limit.window_seconds,
        "client_ref_most": limit.most,
    }
    return _history(services.database.all(HISTORY_OF_SEND, names))


def look_back_on_check(inquiry: Inquiry, number: PhoneNumber, arguments: CheckArguments) -> History:
    """Gather the sends of a number, and the wrong codes for it: with a handle, or without one."""
    services = inquiry.services
    limits = (services.rules.wrong_codes, services.rules.wrong_codes_without_handle)
    names = {
        **_number_names(services, inquiry.claim.task_id, number),
        "has_handle": arguments.verification_id is not None,
        "wrong_codes_window_seconds": max(limit.window_seconds for limit in limits),
        "wrong_codes_most": max(limit.most for limit in limits),
    }
    return _history(services.database.all(HISTORY_OF_CHECK, names))


def refuse_send(inquiry: Inquiry, wanted: Wanted) -> Finish | None:
    """End a send that the guard forbids; None when it may be asked for."""
    services = inquiry.services

    def seen() -> VerificationAnswer:
        return described(inquiry, wanted, counts=False)

    objection = object_to_send(services.rules, wanted.history) or services.ceiling.objection(
        services.database, inquiry.claim.task_id
    )
    ended = _refused(inquiry, objection, seen) or _suspected(inquiry, wanted, seen)
    # It may have waited with a code of ours that nobody has.
    return ended and replace(ended, is_code_canceled=True)


def refuse_message(inquiry: Inquiry) -> Finish | None:
    """End a text of a caller's own words that the ceiling for all forbids; whom to text is the caller's."""
    services = inquiry.services
    objection = services.ceiling.objection(services.database, inquiry.claim.task_id)
    return _refused(inquiry, objection, lambda: None)


def refuse_check(inquiry: Inquiry, history: History, seen: Seen) -> Finish | None:
    """End a check that the guard forbids; None when it may be asked about."""
    has_handle = inquiry.claim.verification_id is not None
    objection = object_to_check(inquiry.services.rules, history, has_handle=has_handle)
    return _refused(inquiry, objection, seen)


def _refused(inquiry: Inquiry, objection: Objection | None, seen: Seen) -> Finish | None:
    if objection is None:
        return None
    _keep_decision(inquiry, objection, is_enforced=True)
    return refused(ErrorKind.RATE_LIMITED, seen(), retry_after_seconds=objection.wait_seconds)


def _suspected(inquiry: Inquiry, wanted: Wanted, seen: Seen) -> Finish | None:
    """End a send to a suspect, where the watch is told to deny; else only write it down."""
    services = inquiry.services
    suspicion = services.watch.objection(services.fingerprints, wanted.number)
    if suspicion is None:
        return None
    is_enforced = services.rules.watch.is_enforced
    _keep_decision(inquiry, suspicion, is_enforced=is_enforced)
    return refused(ErrorKind.FRAUD_BLOCKED, seen()) if is_enforced else None


def _keep_decision(inquiry: Inquiry, objection: Objection, *, is_enforced: bool) -> None:
    services, claim = inquiry.services, inquiry.claim
    log.info("guard.objected", task_id=claim.task_id, rule=objection.rule.value, is_enforced=is_enforced)
    count_objection(objection.rule, is_enforced=is_enforced)
    services.database.count(
        KEEP_DECISION[services.database.dialect],
        {
            "task_id": claim.task_id,
            "rule": objection.rule,
            "is_enforced": is_enforced,
            "inputs": objection.inputs,
        },
    )


def _number_names(services: Services, task_id: str, number: PhoneNumber) -> dict[str, Any]:
    return {
        "run": task_id,
        "phone_fingerprints": services.fingerprints.every(Label.PHONE, number.e164),
        **number_window(services.rules),
    }


def number_window(rules: Rules) -> dict[str, Any]:
    """Name how far back, and how many, sends of a number are looked at."""
    return {
        "number_window_seconds": max(limit.window_seconds for limit in rules.of_number),
        "number_most": max(*(limit.most for limit in rules.of_number), len(rules.resend_waits_seconds)),
    }


def _history(rows: Any) -> History:  # noqa: ANN401 - rows of whatever was selected
    ages: dict[str, list[float]] = {"number": [], "client_ref": [], "wrong_codes": []}
    for row in rows:
        ages[row.whose].append(row.age_seconds)
    return History(**{whose: tuple(sorted(seconds)) for whose, seconds in ages.items()})
