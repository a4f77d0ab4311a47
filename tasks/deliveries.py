"""Did it arrive? "Sent" says that Twilio took a text; whether a phone got it shows in the minutes after.

Lives here: one pass of looks, bounded in number and time. It writes down what became of texts and never
touches a run: its result is frozen. Texts of Verify's are looked at by one list, those of Messaging singly.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from gateway.answer import AnswerClass
from gateway.deliveries import read_reason, read_status
from models.database import AnyRow
from models.deliveries import KEEP_DELIVERY, TAKE_LOOKS
from phone_verification.deliveries import DeliveryReason, DeliveryStatus
from tasks.metrics import count_delivery
from tasks.services import Services

log: Final = structlog.get_logger()

_VERIFYS: Final = "VL"
_LAST_LOOK: Final = 25
"""The last look comes after so many first waits."""

_WORD: Final = re.compile(r"[a-z_]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look showed of a text, in Twilio's words."""

    attempt_sid: str
    message_status: str
    error_code: int | None

    @property
    def delivery(self) -> DeliveryStatus:
        """How far it has come."""
        return read_status(self.message_status)

    @property
    def reason(self) -> DeliveryReason | None:
        """Why it will not arrive, if so."""
        return read_reason(self.error_code) if self.delivery.is_lost else None


def look_at_deliveries(services: Services) -> int:
    """Look at the texts whose time has come; return of how many there was news."""
    figures = services.figures
    names = {
        "limit": figures.deliveries_per_look,
        "first_seconds": figures.delivery_first_look_seconds,
    }
    due = services.database.all(TAKE_LOOKS, names)
    verifys = [text for text in due if text.attempt_sid.startswith(_VERIFYS)]
    others = [text for text in due if not text.attempt_sid.startswith(_VERIFYS)]
    seen = [*_of_verify(services, verifys), *_of_messaging(services, others)]
    for one in seen:
        _keep(services, one)
    return len(seen)


def _of_verify(services: Services, texts: Sequence[AnyRow]) -> Iterator[Seen]:
    """Look at texts of Verify's: Twilio answers a hundred such lists a minute, so one serves all."""
    if not texts:
        return
    sids = {text.attempt_sid for text in texts}
    budget = services.figures.probe_budget_seconds
    if len(texts) == 1:
        listed = services.gateway.attempts(verification_sid=texts[0].verification_id, budget_seconds=budget)
    else:
        since = datetime.now(UTC) - timedelta(seconds=_since_seconds(services))
        listed = services.gateway.attempts(created_after=since, budget_seconds=budget)
    for text in listed.attempts:
        if text.attempt_sid in sids and text.message_status is not None:
            yield Seen(
                attempt_sid=text.attempt_sid,
                message_status=text.message_status,
                error_code=text.error_code,
            )


def _since_seconds(services: Services) -> float:
    figures = services.figures
    return _LAST_LOOK * figures.delivery_first_look_seconds + figures.clock_slack_seconds


def _of_messaging(services: Services, texts: Sequence[AnyRow]) -> Iterator[Seen]:
    budget = services.figures.probe_budget_seconds
    for text in texts:
        if services.stopping.is_set():
            return
        answer = services.messenger.message(sid=text.attempt_sid, budget_seconds=budget)
        if answer.answer_class is AnswerClass.SUCCEEDED:
            for message in answer.messages:
                yield Seen(
                    attempt_sid=message.sid, message_status=message.status, error_code=message.error_code
                )


def _keep(services: Services, seen: Seen) -> None:
    is_a_word = _WORD.fullmatch(seen.message_status) is not None
    services.database.count(
        KEEP_DELIVERY,
        {
            "text": seen.attempt_sid,
            "seen_status": seen.message_status if is_a_word else None,
            "seen_code": seen.error_code,
            "delivery": seen.delivery,
            "reason": seen.reason,
            "is_final": seen.delivery.is_final,
        },
    )
    if seen.delivery.is_final:
        count_delivery(seen.delivery, seen.reason)
    if seen.delivery.is_lost:
        log.warning(
            "text.undelivered",
            attempt_sid=seen.attempt_sid,
            reason=seen.reason and seen.reason.value,
            provider_code=seen.error_code,
        )
