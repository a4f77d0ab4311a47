"""The fake's worker: takes runs in the order of their acceptance, at once or when it is told to."""

from phone_verification.arguments import MessageArguments, SendArguments
from phone_verification.results import Result
from phone_verification.testing.checking import check
from phone_verification.testing.clock import Clock
from phone_verification.testing.failing import fail, overdue
from phone_verification.testing.messaging import send_message
from phone_verification.testing.run import Run
from phone_verification.testing.sending import send
from phone_verification.testing.world import World


def work(world: World) -> None:
    """Take every run that is not over."""
    for run in _open(world):
        run.result = _take(world, run)
        run.is_begun = True


def pass_time(world: World, seconds: float) -> None:
    """Move the clock; whatever is overdue on the way ends at its own deadline."""
    until = world.clock.after(seconds)
    for run in sorted(_open(world), key=lambda run: run.deadline_at):
        if run.deadline_at <= until:
            world.clock.now = run.deadline_at
            run.result = overdue(world, run)
    world.clock.now = until


def seconds_left(clock: Clock, run: Run | None) -> float | None:
    """Return the seconds until a run ends by itself; None when none is open."""
    return None if run is None or run.result is not None else -clock.since(run.deadline_at)


def _open(world: World) -> list[Run]:
    return [run for run in world.runs.values() if run.result is None]


def _take(world: World, run: Run) -> Result | None:
    failure = world.trouble.take_failure(run.operation)
    if failure is not None:
        return fail(world, run, failure)
    if isinstance(run.arguments, SendArguments):
        return send(world, run, run.arguments)
    if isinstance(run.arguments, MessageArguments):
        return send_message(world, run, run.arguments)
    return check(world, run, run.arguments)
