"""What one look at the account came back with: facts, or why there are none.

Lives here: from an exchange to a look, purely. A look changes nothing at Twilio, so there is no doubt to
settle: it was answered, refused, or it was not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from gateway.exchange import Exchange, Failure
from gateway.fields import BrokenBodyError, read_body, read_mail_time

Facts = TypeVar("Facts")
Other = TypeVar("Other")
Read = Callable[[dict[str, Any]], Facts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Generic[Facts]):
    """One look; without `facts` it was refused with `http_status` and `provider_code`, or `failure` says why.

    An answer that is none of Twilio's has a status, no code and no failure. `date` is the answer's own.
    """

    facts: Facts | None = None
    http_status: int | None = None
    provider_code: int | None = None
    failure: Failure | None = None
    date: datetime | None = None

    @property
    def is_answered(self) -> bool:
        """Whether Twilio said anything at all, be it no."""
        return self.facts is not None or self.provider_code is not None

    @property
    def why_not(self) -> str:
        """Say in a word or a number why there are no facts."""
        if self.provider_code is not None:
            return str(self.provider_code)
        return self.failure.value if self.failure else f"HTTP {self.http_status}"

    def without_facts(self) -> "Look[Any]":
        """Return the same look, for somebody who wanted other facts."""
        return Look(
            http_status=self.http_status,
            provider_code=self.provider_code,
            failure=self.failure,
            date=self.date,
        )


def look_at(exchange: Exchange, read: Read[Facts]) -> Look[Facts]:
    """Say what an exchange shows."""
    date = read_mail_time(exchange.headers.get("date"))
    if exchange.failure is not None or exchange.status is None:
        return Look(http_status=exchange.status, failure=exchange.failure or Failure.RESET, date=date)
    body = read_body(exchange.body) or {}
    if HTTPStatus.OK <= exchange.status < HTTPStatus.MULTIPLE_CHOICES:
        try:
            return Look(facts=read(body), http_status=exchange.status, date=date)
        except BrokenBodyError:
            return Look(http_status=exchange.status, date=date)
    code = body.get("code")
    is_code = isinstance(code, int) and not isinstance(code, bool)
    return Look(http_status=exchange.status, provider_code=code if is_code else None, date=date)
