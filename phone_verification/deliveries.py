"""What became of a text after Twilio took it: closed sets, and what is known of each reason.

Lives here: every word about a delivery that a caller may compare with, and the sentences for the person.
Must not know: Twilio's words and codes (the gateway's `deliveries` maps them to these).
Reasons may be added in minor versions, so callers fall back on `fault` and `resend_useful`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from phone_verification.kinds import Fault
from phone_verification.messages import Message


class DeliveryStatus(StrEnum):
    """How far a text has come; some carriers give no receipt, and then it stays `sent`."""

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will be heard of it."""
        return self not in (DeliveryStatus.PENDING, DeliveryStatus.SENT)

    @property
    def is_lost(self) -> bool:
        """Whether the person will not get it; only then there is a reason."""
        return self in (DeliveryStatus.UNDELIVERED, DeliveryStatus.FAILED)


class DeliveryReason(StrEnum):
    """Why a text did not arrive."""

    HANDSET_UNREACHABLE = "handset_unreachable"
    BLOCKED = "blocked"
    UNKNOWN_NUMBER = "unknown_number"
    LANDLINE_OR_UNREACHABLE = "landline_or_unreachable"
    FILTERED = "filtered"
    CARRIER_ERROR = "carrier_error"
    QUEUE_FULL = "queue_full"
    ACCOUNT_SUSPENDED = "account_suspended"
    SENDER_NOT_REGISTERED = "sender_not_registered"
    EXPIRED = "expired"
    ABUSE_PROTECTION = "abuse_protection"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFacts:
    """All that a caller and an operator need to know of one reason.

    `resend_useful`: the same text to the same number may arrive when it is sent again a little later.
    """

    fault: Fault
    resend_useful: bool
    message: Message
    operator_action: str


def _facts(
    fault: Fault, message: Message, operator_action: str, *, resend_useful: bool = False
) -> DeliveryFacts:
    return DeliveryFacts(
        fault=fault, resend_useful=resend_useful, message=message, operator_action=operator_action
    )


_USER, _OPERATOR, _PROVIDER = Fault.USER, Fault.OPERATOR, Fault.PROVIDER
_NOTHING: Final = "Nothing: the person can mend this."
_NOT_NOW: Final = Message(
    ko="통신사 사정으로 문자가 전달되지 않았습니다. 잠시 후 다시 시도해주세요.",
    en="The text could not be delivered because of trouble at the carrier. Please try again in a moment.",
)
_OUR_TROUBLE: Final = Message(
    ko="저희 쪽 문제로 문자를 전달하지 못했습니다. 불편을 드려 죄송합니다. 나중에 다시 시도해주세요.",
    en="The text was not delivered because of a problem on our side. We are sorry; please try again later.",
)

DELIVERY_FACTS: Final[Mapping[DeliveryReason, DeliveryFacts]] = MappingProxyType(
    {
        DeliveryReason.HANDSET_UNREACHABLE: _facts(
            _USER,
            Message(
                ko="휴대폰이 꺼져 있거나 신호가 약해 문자를 받지 못했습니다. "
                "휴대폰의 전원과 수신 상태를 확인한 후 다시 시도해주세요.",
                en="Your phone is off or out of reach, so the text did not arrive. "
                "Check that it is on and has a signal, then try again.",
            ),
            _NOTHING,
            resend_useful=True,
        ),
        DeliveryReason.BLOCKED: _facts(
            _USER,
            Message(
                ko="이 번호는 저희 문자의 수신이 차단되어 있습니다. "
                "휴대폰과 통신사의 수신 차단을 해제한 후 다시 시도해주세요.",
                en="Our texts are blocked for this number. "
                "Unblock them on your phone or with your carrier, then try again.",
            ),
            "Nothing, unless many: do the people know the sender?",
        ),
        DeliveryReason.UNKNOWN_NUMBER: _facts(
            _USER,
            Message(
                ko="사용 중인 번호가 아닌 것 같습니다. 번호를 확인하고 다시 입력해주세요.",
                en="This number does not seem to be in use. Please check it and enter it again.",
            ),
            _NOTHING,
        ),
        DeliveryReason.LANDLINE_OR_UNREACHABLE: _facts(
            _USER,
            Message(
                ko="이 번호는 문자를 받을 수 없습니다. 문자를 받을 수 있는 휴대폰 번호를 입력해주세요.",
                en="This number cannot receive texts. Please enter a mobile number that can.",
            ),
            "Nothing, or offer channel `call` for landlines.",
        ),
        DeliveryReason.FILTERED: _facts(
            _OPERATOR,
            Message(
                ko="통신사의 스팸 차단으로 문자가 전달되지 않았습니다. "
                "불편을 드려 죄송합니다. 저희에게 문의해주세요.",
                en="The carrier took our text for spam, so it did not arrive. "
                "We are sorry; please contact us.",
            ),
            "Look at the text and the sender: links, wording, registration; then ask Twilio's support.",
        ),
        DeliveryReason.CARRIER_ERROR: _facts(
            _PROVIDER,
            _NOT_NOW,
            "Nothing, unless many: then Twilio's status page, and its support with the message sids.",
            resend_useful=True,
        ),
        DeliveryReason.QUEUE_FULL: _facts(
            _PROVIDER,
            Message(
                ko="문자가 몰려 전달되지 않았습니다. 잠시 후 다시 시도해주세요.",
                en="Too many texts were waiting, and this one was not sent. Please try again in a moment.",
            ),
            "Send slower, or give the messaging service more senders.",
            resend_useful=True,
        ),
        DeliveryReason.ACCOUNT_SUSPENDED: _facts(
            _OPERATOR, _OUR_TROUBLE, "Check the Twilio account: balance, suspension."
        ),
        DeliveryReason.SENDER_NOT_REGISTERED: _facts(
            _OPERATOR, _OUR_TROUBLE, "Register the sender for the country, in the Twilio Console."
        ),
        DeliveryReason.EXPIRED: _facts(
            _PROVIDER,
            Message(
                ko="문자가 제때 전달되지 않아 취소되었습니다. 다시 시도해주세요.",
                en="The text could not be sent in time and was dropped. Please try again.",
            ),
            "If many: is the sender fast enough for the traffic?",
            resend_useful=True,
        ),
        DeliveryReason.ABUSE_PROTECTION: _facts(
            _PROVIDER,
            Message(
                ko="부정 사용 방지를 위해 지금은 이 번호로 문자를 보낼 수 없습니다. "
                "30분 후에 다시 시도해주세요.",
                en="To prevent abuse, no text can be sent to this number right now. "
                "Please try again in 30 minutes.",
            ),
            "SMS pumping protection blocks a number for up to half an hour; "
            "a genuine number can go on Twilio's Global Safe List.",
        ),
        DeliveryReason.UNKNOWN: _facts(
            _PROVIDER,
            Message(
                ko="문자가 전달되지 않았습니다. 번호를 확인한 후 다시 시도해주세요.",
                en="The text was not delivered. Please check the number and try again.",
            ),
            "Look the provider code up and add it to the gateway's deliveries.",
            resend_useful=True,
        ),
    }
)
