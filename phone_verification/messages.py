"""Sentences for the person, in the two languages of the product: what one is, and those for good news."""

from dataclasses import dataclass
from typing import Final

from phone_verification.kinds import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A sentence for the person, in the two languages of the product."""

    ko: str
    en: str


SUCCESS_MESSAGES: Final[dict[Outcome, Message]] = {
    Outcome.SENT: Message(
        ko="휴대폰 인증번호가 발급되었습니다.",
        en="A verification code has been sent to your phone.",
    ),
    Outcome.APPROVED: Message(
        ko="휴대폰 인증이 성공하였습니다.",
        en="Your phone number has been verified.",
    ),
}
