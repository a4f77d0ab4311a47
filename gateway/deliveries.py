"""What became of a text, out of Twilio's words: its status, and the code that says why it did not arrive.

Lives here: two tables. Twilio may change which code it gives for what, and says so: a code that is not here
is `unknown`, and a word that is not here is no news.
https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.catalogue_row import ERRORS_URL
from phone_verification.deliveries import DeliveryReason as Reason
from phone_verification.deliveries import DeliveryStatus as Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a text did not arrive, as one of Twilio's codes tells it."""

    code: int
    reason: Reason
    meaning: str

    @property
    def url(self) -> str:
        """Where Twilio explains the code."""
        return f"{ERRORS_URL}/{self.code}"


STATUSES: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "accepted": Status.PENDING,
        "scheduled": Status.PENDING,
        "queued": Status.PENDING,
        "sending": Status.PENDING,
        "sent": Status.SENT,
        # Handed over, and not confirmed as a whole.
        "partially_delivered": Status.SENT,
        "delivered": Status.DELIVERED,
        "read": Status.DELIVERED,
        "undelivered": Status.UNDELIVERED,
        "failed": Status.FAILED,
        "canceled": Status.FAILED,
    }
)


def _causes(reason: Reason, meanings: dict[int, str]) -> tuple[Cause, ...]:
    return tuple(Cause(code=code, reason=reason, meaning=meaning) for code, meaning in meanings.items())


CAUSES: Final[tuple[Cause, ...]] = (
    *_causes(
        Reason.QUEUE_FULL,
        {
            30001: "the senders' queues are full",
        },
    ),
    *_causes(
        Reason.ACCOUNT_SUSPENDED,
        {
            30002: "the account was suspended while the text was waiting",
        },
    ),
    *_causes(
        Reason.HANDSET_UNREACHABLE,
        {
            30003: "the handset is off or out of reach",
        },
    ),
    *_causes(
        Reason.BLOCKED,
        {
            21610: "the person replied STOP",
            30004: "the carrier or the person blocks the text",
        },
    ),
    *_causes(
        Reason.UNKNOWN_NUMBER,
        {
            21211: "the number is malformed",
            30005: "the number is not in use",
        },
    ),
    *_causes(
        Reason.LANDLINE_OR_UNREACHABLE,
        {
            21612: "this number cannot be reached from the sender",
            21614: "not a mobile number",
            21635: "a landline, in a country where Twilio texts none",
            30006: "a landline, or a carrier that cannot be reached",
        },
    ),
    *_causes(
        Reason.FILTERED,
        {
            30007: "Twilio or the carrier took the text for spam",
        },
    ),
    *_causes(
        Reason.CARRIER_ERROR,
        {
            30008: "the carrier gave no reason",
            30017: "the carrier's network is congested",
            30410: "the carrier did not answer in time; Twilio does not try again",
        },
    ),
    *_causes(
        Reason.SENDER_NOT_REGISTERED,
        {
            21606: "the sender cannot send to this number",
            21703: "the messaging service has no sender for this number",
            30018: "the country wants the sender registered beforehand",
            30022: "faster than carriers in the United States allow the sender's campaign",
            30023: "the day's limit of the sender's brand in the United States is reached",
            30024: "the carrier has not taken up the sender yet",
            30027: "the day's limit of the sender's brand at T-Mobile is reached",
            30032: "the toll-free sender is not verified",
            30033: "the sender's campaign is suspended",
            30034: "the sender is in no campaign registered in the United States",
            30035: "the sender is in a campaign that is still being set up",
            30042: "the sender's name is too general, or has signs that are not allowed",
        },
    ),
    *_causes(
        Reason.EXPIRED,
        {
            30036: "the text waited longer than it was valid for",
        },
    ),
    *_causes(
        Reason.ABUSE_PROTECTION,
        {
            30450: "SMS pumping protection blocks the number, for up to half an hour",
            30453: "Twilio's own check of the risk blocks the text",
        },
    ),
)

_BY_CODE: Final = {cause.code: cause.reason for cause in CAUSES}


def read_status(word: str) -> Status:
    """Say how far a text has come; a word that we do not know tells nothing new."""
    return STATUSES.get(word.lower(), Status.PENDING)


def read_reason(code: int | None) -> Reason:
    """Say why a text did not arrive; `unknown` for a code that we do not know, and without one."""
    return Reason.UNKNOWN if code is None else _BY_CODE.get(code, Reason.UNKNOWN)
