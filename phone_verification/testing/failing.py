"""Runs that end badly because a test said so, or because their time is over."""

from typing import Final

from phone_verification.arguments import CheckArguments, MessageArguments, SendArguments
from phone_verification.codes import read_code
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import Channel, ErrorKind, Operation, Outcome
from phone_verification.results import Result, VerificationAnswer
from phone_verification.testing.answers import described, refused, unknown
from phone_verification.testing.checking import known_verification
from phone_verification.testing.messaging import send_message
from phone_verification.testing.run import Run
from phone_verification.testing.sending import send
from phone_verification.testing.trouble import Failure
from phone_verification.testing.world import World

_TELLS_NOTHING: Final = frozenset(
    {ErrorKind.INVALID_PHONE_NUMBER, ErrorKind.INVALID_REQUEST, ErrorKind.INTERNAL_ERROR}
)
_BEFORE_TWILIO: Final = frozenset(
    {
        ErrorKind.INVALID_PHONE_NUMBER,
        ErrorKind.UNSUPPORTED_PHONE_TYPE,
        ErrorKind.COUNTRY_BLOCKED,
        ErrorKind.RATE_LIMITED,
    }
)


def fail(world: World, run: Run, failure: Failure) -> Result:
    """End a run with the kind that was asked for.

    `outcome_unknown` is carried out and its answer lost: the text arrives, the right code is taken, and the
    same wish again tells the truth. Every other kind does nothing.
    """
    if failure.kind is ErrorKind.OUTCOME_UNKNOWN:
        _carry_out(world, run)
    elif _counts(failure.kind):
        _count(world, run)
    seen = None if failure.kind in _TELLS_NOTHING else _seen(world, run)
    return refused(
        world,
        run,
        failure.kind,
        seen,
        provider_code=failure.provider_code,
        retry_after_seconds=failure.retry_after,
    )


def overdue(world: World, run: Run) -> Result:
    """End a run whose deadline has passed: nothing was sent, and nothing asked."""
    number = run.number
    seen = None
    if number is not None and run.operation is not Operation.MESSAGE:
        seen = unknown(world, number, _handle(run), _channel(run))
    return refused(world, run, ErrorKind.PROVIDER_UNAVAILABLE, seen)


def _carry_out(world: World, run: Run) -> None:
    if world.trouble.is_outage or run.number is None:
        return
    if isinstance(run.arguments, SendArguments):
        send(world, run, run.arguments)
        # Nobody was told: a check finds it by its number.
        run.verification = None
    elif isinstance(run.arguments, MessageArguments):
        send_message(world, run, run.arguments)
    else:
        known = known_verification(world, run.number, run.arguments.verification_id)
        met = known or world.phone(run.number).pending(world.clock.now)
        if met is not None and met.is_pending(world.clock.now):
            met.lost_approval = read_code(run.arguments.code) == met.code


def _counts(kind: ErrorKind) -> bool:
    """Whether a send that ended so counts: not one that failed for a fault of ours or Twilio's."""
    return KIND_FACTS[kind].outcome is not Outcome.FAILED and kind not in _BEFORE_TWILIO


def _count(world: World, run: Run) -> None:
    if isinstance(run.arguments, SendArguments) and run.number is not None:
        world.count_send(run.number, run.arguments.client_ref)


def _seen(world: World, run: Run) -> VerificationAnswer | None:
    if run.number is None or isinstance(run.arguments, MessageArguments):
        return None
    if isinstance(run.arguments, SendArguments):
        return unknown(world, run.number, run.task_id, run.arguments.channel)
    handle = run.arguments.verification_id
    return described(world, run.number, handle, known_verification(world, run.number, handle))


def _handle(run: Run) -> str | None:
    return run.arguments.verification_id if isinstance(run.arguments, CheckArguments) else run.task_id


def _channel(run: Run) -> Channel | None:
    return run.arguments.channel if isinstance(run.arguments, SendArguments) else None
