"""One delivery of a message: claim, ask, record.

Lives here: the shell that every delivery goes through, and the four replies it can have. Assume it runs
twice, in two processes, and is killed between any two lines: the statements hold, not this code.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from models.claims import STORED
from phone_verification.arguments import (
    AnyArguments,
    Arguments,
    CheckArguments,
    SendArguments,
    read_arguments,
)
from phone_verification.errors import InvalidArgumentsError
from phone_verification.keys import SealBrokenError
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState
from tasks import metrics
from tasks.alarms import raise_alarms
from tasks.check import check
from tasks.claim import Claim, Turn, begin, claim
from tasks.inquiry import Inquiry
from tasks.message import message
from tasks.outage import DATABASE_AWAY, patiently
from tasks.outcomes import tell_finished, tell_handed_back
from tasks.own_code import OWN_CODE_FIELD
from tasks.record import compare, hand_back, record
from tasks.send import send
from tasks.services import Services
from tasks.step import Comparison, Finish, HandBack, Step
from tasks.turns import begin_waiting_for_slot, wait_for_slot

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Done:
    """The run is over; this is its frozen result."""

    result: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """The run goes on in some seconds; whoever gets this sets the one alarm."""

    delay_seconds: float
    kind: ErrorKind | None
    wants_result: bool


@dataclass(frozen=True, slots=True)
class NotMine:
    """Somebody else has the run, or nobody knows it: the delivery vanishes."""


Reply = Done | Later | NotMine


def resume(services: Services, operation: Operation, task_id: str) -> Reply:
    """Go on with a run that is in the table: what a message with nothing but an id asks for."""
    with services.send_slots.of(operation) as full_for_seconds:
        taken = (
            claim(services, operation, task_id)
            if full_for_seconds is None
            else wait_for_slot(services, task_id, full_for_seconds)
        )
        if isinstance(taken, Claim):
            return perform(services, taken)
    if isinstance(taken, Turn):
        return _take_turn(taken)
    return stored(services, task_id)


def accept(
    services: Services,
    operation: Operation,
    task_id: str,
    arguments: AnyArguments,
    *,
    wants_result: bool,
) -> Reply:
    """Accept an open-door message and go on with it; the same id again is the same intent."""
    row = services.acceptance.row(operation, task_id, arguments, wants_result=wants_result)
    with services.send_slots.of(operation) as full_for_seconds:
        taken = (
            begin(services, operation, row, arguments.requested_at)
            if full_for_seconds is None
            else begin_waiting_for_slot(services, row, arguments.requested_at, full_for_seconds)
        )
        if isinstance(taken, Claim):
            return perform(services, taken, arguments)
    if isinstance(taken, Turn):
        return _take_turn(taken)
    return repeat(services, operation, task_id, arguments) or NotMine()


def repeat(services: Services, operation: Operation, task_id: str, arguments: AnyArguments) -> Reply | None:
    """Go on with the run that a task id names already; None when it names none."""
    known = services.database.one(STORED, {"run": task_id})
    if known is None:
        return None
    if not services.acceptance.is_same_intent(arguments, known.arguments_fingerprint):
        # Storing the conflict would poison the first caller's result for ever.
        log.warning("run.idempotency_conflict", task_id=task_id)
        metrics.count_conflict()
        return NotMine()
    return resume(services, operation, task_id)


def _take_turn(turn: Turn) -> Later:
    return Later(delay_seconds=turn.delay_seconds, kind=None, wants_result=turn.wants_result)


def stored(services: Services, task_id: str) -> Reply:
    """Return the frozen result of a run that is over."""
    known = services.database.one(STORED, {"run": task_id})
    if known is None or known.state is not RunState.DONE:
        return NotMine()
    return Done(known.result)


def perform(services: Services, taken: Claim, arguments: AnyArguments | None = None) -> Reply:
    """Ask under a claim and write down what came of it."""
    inquiry = Inquiry(services, taken)
    try:
        step = _next_step(inquiry, arguments)
    except DATABASE_AWAY:
        if taken.state is not RunState.CALLING or not inquiry.unsent_posts:
            raise
        # Nothing has left: without this the run would be in doubt about a request that was never made.
        step = HandBack(
            state=RunState.WAITING,
            kind=taken.waited_for or ErrorKind.PROVIDER_UNAVAILABLE,
            delay_seconds=services.figures.retry_first_seconds,
        )
    except Exception as error:
        log.error("run.fault", task_id=taken.task_id, error=type(error).__name__, exc_info=error)
        step = Finish(outcome=Outcome.FAILED, kind=ErrorKind.INTERNAL_ERROR)
    if isinstance(step, Comparison):
        comparison = step
        return patiently(inquiry.claim, lambda: _compare(services, inquiry.claim, comparison))
    told = _told_all(inquiry, step)
    return patiently(inquiry.claim, lambda: _write_down(services, inquiry.claim, told))


def _told_all(inquiry: Inquiry, step: Finish | HandBack) -> Finish | HandBack:
    """Add to a step what was asked on the way to it."""
    calls = tuple(inquiry.calls)
    told = replace(step, calls=calls, unsent_posts=inquiry.unsent_posts)
    return replace(told, decided_at=inquiry.claim.now()) if isinstance(told, Finish) else told


def _compare(services: Services, taken: Claim, step: Comparison) -> Reply:
    compared = compare(services, taken, step)
    if compared is None:
        return stored(services, taken.task_id)
    found, result = compared
    tell_finished(services, taken, found)
    return Done(result)


def _write_down(services: Services, taken: Claim, step: Finish | HandBack) -> Reply:
    raise_alarms(step.kind, step.calls)
    if isinstance(step, Finish):
        result = record(services, taken, step)
        if result is None:
            return stored(services, taken.task_id)
        tell_finished(services, taken, step)
        return Done(result)
    if not hand_back(services, taken, step):
        return stored(services, taken.task_id)
    tell_handed_back(taken, step)
    return Later(delay_seconds=step.delay_seconds, kind=step.kind, wants_result=taken.wants_result)


def _next_step(inquiry: Inquiry, arguments: AnyArguments | None) -> Step:
    if arguments is None:
        opened = _open(inquiry.services, inquiry.claim)
        if not isinstance(opened, Arguments):
            return opened
        arguments = opened
    if isinstance(arguments, SendArguments):
        return send(inquiry, arguments)
    if isinstance(arguments, CheckArguments):
        return check(inquiry, arguments)
    return message(inquiry, arguments)


def _open(services: Services, taken: Claim) -> AnyArguments | Step:
    """Unseal the arguments; a missing key may come back before the deadline, a wrong shape will not."""
    try:
        values = services.seals.open(taken.task_id, taken.sealed_arguments or "")
        values.pop(OWN_CODE_FIELD, None)
        arguments = read_arguments(taken.operation, values)
    except SealBrokenError:
        log.error("run.seal_broken", task_id=taken.task_id)
        is_in_doubt = taken.state is RunState.SETTLING
        return HandBack(
            state=RunState.AMBIGUOUS if is_in_doubt else RunState.WAITING,
            kind=ErrorKind.INTERNAL_ERROR,
            delay_seconds=max(min(taken.left_seconds(), services.figures.retry_cap_seconds), 0),
        )
    except InvalidArgumentsError as error:
        return _invalid(taken, error.field)
    # Whoever inserted the row filled its columns: locks and the guard go by this one.
    if not services.acceptance.is_of_same_number(arguments, taken.phone_fingerprint):
        return _invalid(taken, "phone_fingerprint")
    return arguments


def _invalid(taken: Claim, field: str) -> Finish:
    log.error("run.invalid_request", task_id=taken.task_id, field=field)
    return Finish(outcome=Outcome.FAILED, kind=ErrorKind.INVALID_REQUEST)
