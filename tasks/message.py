"""Sending a text of the caller's own words.

Lives here: what refuses it by itself, and what it ends with. Asking and settling are in tasks/texting.py.
"""

from dataclasses import dataclass

from gateway.answer import Answer
from phone_verification.arguments import MessageArguments
from phone_verification.kinds import Channel, ErrorKind, Outcome, RunState
from phone_verification.phone_numbers import PhoneNumber, refusal_of
from tasks.admission import refuse_message
from tasks.asked import refused
from tasks.inquiry import Inquiry
from tasks.step import Finish, KeptTexts, Step
from tasks.texting import ask_for_text, settle_text

LONGEST_WAIT_SECONDS = 36_000
"""As long as Twilio may keep a text waiting: https://www.twilio.com/docs/messaging/api/message-resource"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A text as its caller wrote it; a `tasks.texting.Text`."""

    inquiry: Inquiry
    number: PhoneNumber
    arguments: MessageArguments

    @property
    def body(self) -> str:
        """What it says."""
        return self.arguments.body

    @property
    def validity_seconds(self) -> int:
        """As long as Twilio allows: its caller set no end to its use."""
        return LONGEST_WAIT_SECONDS

    def sent(self, texts: tuple[str, ...]) -> Finish:
        """End the run as `sent`. The first new text is its own, all are if it asked twice."""
        own = texts if self.inquiry.claim.posts > 1 else texts[:1]
        return Finish(
            outcome=Outcome.SENT,
            provider_sid=own[0] if own else None,
            kept=KeptTexts(channel=Channel.SMS, attempt_sids=own),
        )

    def ended(self, kind: ErrorKind, answer: Answer | None = None) -> Finish:
        """End the run without a text."""
        return refused(kind, None, answer, retry_after_seconds=answer.retry_after_seconds if answer else None)

    def described(self) -> None:
        """Describe nothing: no verification belongs to it."""


def message(inquiry: Inquiry, arguments: MessageArguments) -> Step:
    """Ask Messaging for the text, unless the number refuses by itself."""
    services = inquiry.services
    number = arguments.number(services.default_region)
    refusal = refusal_of(number, Channel.SMS, services.allowed_countries)
    if number is None or refusal is not None:
        return refused(refusal or ErrorKind.INVALID_PHONE_NUMBER, None)
    text = PlainText(inquiry=inquiry, number=number, arguments=arguments)
    if inquiry.claim.state is RunState.SETTLING:
        return settle_text(inquiry, text)
    return refuse_message(inquiry) or ask_for_text(inquiry, text)
