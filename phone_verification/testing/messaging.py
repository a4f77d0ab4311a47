"""A text of the caller's own words, as the worker and Twilio together answer it."""

from phone_verification.arguments import MessageArguments
from phone_verification.kinds import Channel, ErrorKind, Outcome
from phone_verification.phone_numbers import refusal_of
from phone_verification.results import Result
from phone_verification.testing.answers import refused, succeeded
from phone_verification.testing.run import Run
from phone_verification.testing.text import Text
from phone_verification.testing.world import World


def send_message(world: World, run: Run, arguments: MessageArguments) -> Result | None:
    """Send a text, unless the number refuses; None while Twilio cannot be asked."""
    refusal = refusal_of(run.number, Channel.SMS, world.allowed_countries)
    if run.number is None or refusal is not None:
        return refused(world, run, refusal or ErrorKind.INVALID_PHONE_NUMBER, None)
    if world.trouble.is_outage:
        return None
    world.texts.append(
        Text(
            to=run.number.e164,
            body=arguments.body,
            channel=Channel.SMS,
            locale=None,
            task_id=run.task_id,
            at=world.clock.now,
        )
    )
    return succeeded(world, run, Outcome.SENT, None)
