"""The fallback: whether a send that Verify did not carry out goes through Messaging instead.

Lives here: one pure decision. Only what certainly sent nothing falls back: a refusal, or a call that was
never made. After any doubt there is no fallback, or one intent could become two texts.
"""

from dataclasses import dataclass
from typing import Final

from gateway.answer import Answer, AnswerClass, Reason

_UNDER_REVIEW: Final = 60238
"""Twilio reviews the account: https://www.twilio.com/docs/api/errors/60238"""

_FRAUD_GUARD: Final = 60410
"""Fraud Guard blocks the number's prefix: https://www.twilio.com/docs/api/errors/60410"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Whether there is one, and whether it may go around Fraud Guard, which is there for a reason."""

    is_on: bool = False
    is_around_fraud_guard: bool = False

    def takes_over(self, answer: Answer, *, posts: int) -> bool:
        """Whether Messaging is asked after this answer of Verify's to the run's first request."""
        if not self.is_on or posts > 1:
            return False
        if answer.answer_class is AnswerClass.REFUSED:
            is_fraud = answer.provider_code == _FRAUD_GUARD
            return answer.provider_code == _UNDER_REVIEW or (is_fraud and self.is_around_fraud_guard)
        return answer.answer_class is AnswerClass.NOT_SENT and answer.reason is Reason.BREAKER_OPEN
