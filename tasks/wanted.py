"""A send as the person wanted it, with what the number was sent before.

Lives here: one value, and its description to the holder of its handle.
"""

from dataclasses import dataclass
from datetime import datetime

from phone_verification.arguments import SendArguments
from phone_verification.kinds import Service
from phone_verification.phone_numbers import PhoneNumber
from phone_verification.results import VerificationAnswer
from tasks.guard import History, next_send_in_seconds
from tasks.inquiry import Inquiry
from tasks.reply import verification_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A send to a number that can be sent to."""

    number: PhoneNumber
    arguments: SendArguments
    history: History


def described(
    inquiry: Inquiry,
    wanted: Wanted,
    *,
    counts: bool,
    sends: int = 0,
    checks_left: int | None = None,
    expires_at: datetime | None = None,
    service: Service | None = None,
) -> VerificationAnswer:
    """Describe a send; `counts` when the next one has to wait for it."""
    claim = inquiry.claim
    own = (claim.since_last_begun_seconds(),) if counts else ()
    return verification_answer(
        wanted.number,
        claim.task_id,
        now=claim.now(),
        channel=wanted.arguments.channel,
        service=service or claim.service or Service.VERIFY,
        sends=sends,
        checks_left=checks_left,
        expires_at=expires_at,
        next_send_in_seconds=next_send_in_seconds(inquiry.services.rules, (*own, *wanted.history.number)),
    )
