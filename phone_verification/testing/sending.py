"""A send, as the worker and Twilio together answer it."""

from phone_verification.arguments import SendArguments
from phone_verification.kinds import ErrorKind, Outcome
from phone_verification.phone_numbers import PhoneNumber, refusal_of
from phone_verification.results import Result
from phone_verification.testing.answers import described, refused, succeeded, unknown, unsendable
from phone_verification.testing.run import Run
from phone_verification.testing.text import Text
from phone_verification.testing.verification import TEXTS, TRIES, Verification, new_code
from phone_verification.testing.world import World


def send(world: World, run: Run, arguments: SendArguments) -> Result | None:
    """Send a code, unless a rule or Twilio refuses; None while Twilio cannot be asked."""
    number, channel = run.number, arguments.channel
    refusal = refusal_of(number, channel, world.allowed_countries)
    if number is None:
        return refused(world, run, ErrorKind.INVALID_PHONE_NUMBER, None)
    if refusal is not None:
        return refused(world, run, refusal, unsendable(number, run, channel))
    wait = world.send_wait_seconds(number, arguments.client_ref)
    if wait:
        seen = unknown(world, number, run.task_id, channel)
        return refused(world, run, ErrorKind.RATE_LIMITED, seen, retry_after_seconds=wait)
    if world.trouble.is_outage:
        return None
    return _ask(world, run, number, arguments)


def _ask(world: World, run: Run, number: PhoneNumber, arguments: SendArguments) -> Result:
    """Ask Twilio; what it refuses counts as well, for it was asked."""
    pending = world.phone(number).pending(world.clock.now)
    world.count_send(number, arguments.client_ref)
    refusal = _refusal_by_twilio(pending)
    if refusal is not None:
        seen = unknown(world, number, run.task_id, arguments.channel)
        return refused(world, run, ErrorKind.MAX_SEND_ATTEMPTS, seen, provider_code=refusal)
    verification = pending or _begin(world, number, arguments)
    _text(world, run, number, arguments, verification)
    seen = described(world, number, run.task_id, verification)
    if verification.sends > 1:
        # How many tries are left of an earlier text's code, only a check tells.
        seen = seen.model_copy(update={"checks_left": None})
    return succeeded(world, run, Outcome.SENT, seen)


def _refusal_by_twilio(pending: Verification | None) -> int | None:
    """Say with which of Twilio's codes a resend is refused: its tries are used up, or its texts."""
    if pending is None:
        return None
    if pending.failed_checks >= TRIES:
        return 60202
    return 60203 if pending.sends >= TEXTS else None


def _begin(world: World, number: PhoneNumber, arguments: SendArguments) -> Verification:
    verification = Verification(
        code=new_code(),
        begun_at=world.clock.now,
        expires_at=world.clock.after(world.ttl_seconds),
        channel=arguments.channel,
    )
    world.phone(number).verifications.append(verification)
    return verification


def _text(
    world: World, run: Run, number: PhoneNumber, arguments: SendArguments, verification: Verification
) -> None:
    """Put the code on the phone; within its life it is the same one, whatever carries it."""
    verification.sends += 1
    verification.channel = arguments.channel
    run.verification = verification
    world.texts.append(
        Text(
            to=number.e164,
            code=verification.code,
            channel=arguments.channel,
            locale=arguments.locale,
            task_id=run.task_id,
            at=world.clock.now,
        )
    )
