"""A check, as the worker and Twilio together answer it.

Lives here: the order in which things are looked at. It is the worker's: what our records know needs no
asking, then come the limits, then Twilio.
"""

from dataclasses import dataclass, field

from phone_verification.arguments import CheckArguments
from phone_verification.codes import read_code
from phone_verification.kinds import Channel, ErrorKind, Outcome
from phone_verification.phone_numbers import PhoneNumber, refusal_of
from phone_verification.results import Result, VerificationAnswer
from phone_verification.testing.answers import described, refused, succeeded, unknown
from phone_verification.testing.run import Run
from phone_verification.testing.verification import TRIES, Verification
from phone_verification.testing.world import World

_NOT_FOUND = 20404
_LOCKED = 60202
LANDING_SECONDS = 165
"""How long after it was asked for a text can have begun a verification: docs/settling.md"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A check that could be right; `known` is the verification that its handle, or its number, is about."""

    world: World
    run: Run
    number: PhoneNumber
    code: str = field(repr=False)
    handle: str | None
    known: Verification | None

    def seen(self) -> VerificationAnswer:
        return described(self.world, self.number, self.handle, self.known)

    def refused(self, kind: ErrorKind, code: int | None = None, wait_seconds: float | None = None) -> Result:
        return refused(
            self.world, self.run, kind, self.seen(), provider_code=code, retry_after_seconds=wait_seconds
        )


def check(world: World, run: Run, arguments: CheckArguments) -> Result | None:
    """Say whether a code is right; None while Twilio would have to be asked and cannot be."""
    number, handle = run.number, arguments.verification_id
    if number is None:
        return refused(world, run, ErrorKind.INVALID_PHONE_NUMBER, None)
    unasked = unknown(world, number, handle)
    refusal = refusal_of(number, Channel.CALL, world.allowed_countries)
    if refusal is not None:
        return refused(world, run, refusal, unasked)
    code = read_code(arguments.code)
    if code is None:
        return refused(world, run, ErrorKind.INVALID_CODE, unasked)
    if handle is not None and world.handle(handle, number) is None:
        return refused(world, run, ErrorKind.NO_VERIFICATION_RECORD, unasked)
    known = known_verification(world, number, handle)
    asked = _Asked(world=world, run=run, number=number, code=code, handle=handle, known=known)
    return _by_records(asked) or _by_limits(asked) or _ask(asked)


def known_verification(world: World, number: PhoneNumber, handle: str | None) -> Verification | None:
    """Return what a handle's send led to; without a handle, the number's latest."""
    if handle is not None:
        send = world.handle(handle, number)
        return None if send is None else send.verification
    return next(reversed(world.phone(number).verifications), None)


def _by_records(asked: _Asked) -> Result | None:
    known = asked.known
    if known is None:
        return None
    is_live = known.is_live(asked.world.clock.now)
    if not known.approvals:
        return asked.refused(ErrorKind.INVALID_CODE) if asked.code in known.wrong_codes else None
    if asked.handle is not None and asked.handle in known.approvals and is_live:
        return _told_again(asked, known)
    is_foreign = asked.handle is not None and next(iter(known.approvals)) is not None
    if is_foreign or not is_live:
        return asked.refused(ErrorKind.NO_VERIFICATION_RECORD)
    return asked.refused(ErrorKind.ALREADY_VERIFIED)


def _told_again(asked: _Asked, known: Verification) -> Result:
    """Approve the same code for the same handle again; another one is too late."""
    if not known.is_approved_code(asked.code):
        return asked.refused(ErrorKind.ALREADY_VERIFIED)
    at = known.approvals[asked.handle]
    return succeeded(asked.world, asked.run, Outcome.APPROVED, asked.seen(), approved_at=at)


def _by_limits(asked: _Asked) -> Result | None:
    wait = asked.world.guess_wait_seconds(asked.number, has_handle=asked.handle is not None)
    return asked.refused(ErrorKind.RATE_LIMITED, wait_seconds=wait) if wait else None


def _ask(asked: _Asked) -> Result | None:
    """Ask Twilio: about the verification that is known, else about whatever the number has pending."""
    world, known = asked.world, asked.known
    if world.trouble.is_outage:
        return None
    met = known or world.phone(asked.number).pending(world.clock.now)
    if met is None:
        return asked.refused(ErrorKind.NO_VERIFICATION_RECORD, _NOT_FOUND)
    is_found_out = met.lost_approval and asked.code == met.code
    if not met.is_pending(world.clock.now) and not is_found_out:
        return _gone(asked, met)
    if met.failed_checks >= TRIES:
        wait = -world.clock.since(met.expires_at) if known else None
        return asked.refused(ErrorKind.MAX_CHECK_ATTEMPTS, _LOCKED, wait)
    _bind(asked, met)
    return _approved(asked, met) if asked.code == met.code else _wrong(asked, met)


def _gone(asked: _Asked, met: Verification) -> Result:
    """Name Twilio's 404: it is the same for tries used up, time over, and never there."""
    if met.failed_checks >= TRIES:
        wait = -asked.world.clock.since(met.expires_at)
        return asked.refused(ErrorKind.MAX_CHECK_ATTEMPTS, _NOT_FOUND, wait)
    is_over = not met.is_live(asked.world.clock.now)
    kind = ErrorKind.VERIFICATION_EXPIRED if is_over else ErrorKind.NO_VERIFICATION_RECORD
    return asked.refused(kind, _NOT_FOUND)


def _bind(asked: _Asked, met: Verification) -> None:
    """Remember which verification a handle met whose send told none, unless it is a much later send's."""
    send = None if asked.handle is None else asked.world.handle(asked.handle, asked.number)
    if send is None:
        return
    is_near = (met.begun_at - send.accepted_at).total_seconds() <= LANDING_SECONDS
    if is_near or asked.code == met.code:
        send.verification = met


def _approved(asked: _Asked, met: Verification) -> Result:
    met.approvals[asked.handle] = asked.world.clock.now
    return succeeded(asked.world, asked.run, Outcome.APPROVED, asked.seen())


def _wrong(asked: _Asked, met: Verification) -> Result:
    met.failed_checks += 1
    met.wrong_codes.add(asked.code)
    asked.world.count_guess(asked.number, has_handle=asked.handle is not None)
    return asked.refused(ErrorKind.INVALID_CODE)
