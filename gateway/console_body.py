"""Reading what the account's console shows: facts, or a clear "this is not one".

Lives here: the facts and the shapes they come in. The account's answer holds its token: only what is
named here is taken out of a body.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.fields import BrokenBodyError, read_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """https://www.twilio.com/docs/iam/api/account; a subaccount spends its parent's funds."""

    status: str
    is_trial: bool
    is_subaccount: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceFacts:
    """What is left; it may lag behind."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """At most so many starts in so many seconds."""

    most: int
    interval_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitFacts:
    """https://www.twilio.com/docs/verify/api/service-rate-limits; None where there is none of that name."""

    buckets: tuple[Bucket, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingServiceFacts:
    """How long a text may wait in it, and how many senders it has.

    https://www.twilio.com/docs/messaging/api/service-resource
    """

    validity_period_seconds: int | None
    senders: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFacts:
    """One of the account's numbers; not `is_owned` when it is somebody else's."""

    is_owned: bool
    has_sms: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryFacts:
    """How many codes were sent, and how many came back."""

    attempts: int
    converted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupFacts:
    """https://www.twilio.com/docs/lookup/v2-api: whether Twilio takes a number for one, and else why not."""

    is_valid: bool
    errors: tuple[str, ...]


def read_account(body: dict[str, Any]) -> AccountFacts:
    """Read the account."""
    sid, owner = body.get("sid"), body.get("owner_account_sid")
    return AccountFacts(
        status=read_text(body.get("status")),
        is_trial=read_text(body.get("type")) == "Trial",
        is_subaccount=owner is not None and owner != sid,
    )


def read_balance(body: dict[str, Any]) -> BalanceFacts:
    """Read the balance, a decimal written as text."""
    try:
        amount = Decimal(read_text(body.get("balance")))
    except InvalidOperation as error:
        raise BrokenBodyError from error
    return BalanceFacts(amount=amount, currency=read_text(body.get("currency")))


def read_count(key: str, body: dict[str, Any]) -> int:
    """Count the items of a list."""
    return len(_items(body, key))


def read_limit_sid(unique_name: str, body: dict[str, Any]) -> str:
    """Find a rate limit by name; an empty text where there is none."""
    named = (item for item in _items(body, "rate_limits") if item.get("unique_name") == unique_name)
    found = next(named, None)
    return "" if found is None else read_text(found.get("sid"))


def read_buckets(body: dict[str, Any]) -> RateLimitFacts:
    """Read a rate limit's buckets."""
    return RateLimitFacts(
        buckets=tuple(
            Bucket(most=_whole(item, "max"), interval_seconds=_whole(item, "interval"))
            for item in _items(body, "buckets")
        )
    )


def read_messaging_service(body: dict[str, Any]) -> MessagingServiceFacts:
    """Read a Messaging Service."""
    read_text(body.get("sid"))
    period = body.get("validity_period")
    return MessagingServiceFacts(validity_period_seconds=period if isinstance(period, int) else None)


def read_number(body: dict[str, Any]) -> NumberFacts:
    """Read the account's numbers that are the one asked for."""
    items = _items(body, "incoming_phone_numbers")
    capabilities = items[0].get("capabilities") if items else None
    has_sms = isinstance(capabilities, dict) and capabilities.get("sms") is True
    return NumberFacts(is_owned=bool(items), has_sms=has_sms)


def read_messaging_geo(country: str, body: dict[str, Any]) -> bool:
    """Whether texts may go to a country."""
    told = [item for item in _items(body, "permissions") if item.get("country_code") == country]
    if not told:
        raise BrokenBodyError
    return all(item.get("enabled") is True for item in told if item.get("type") == "country")


def read_voice_geo(body: dict[str, Any]) -> bool:
    """Whether ordinary numbers of a country may be called."""
    is_enabled = body.get("low_risk_numbers_enabled")
    if not isinstance(is_enabled, bool):
        raise BrokenBodyError
    return is_enabled


def read_summary(body: dict[str, Any]) -> SummaryFacts:
    """Read the summary of attempts."""
    return SummaryFacts(attempts=_whole(body, "total_attempts"), converted=_whole(body, "total_converted"))


def read_lookup(body: dict[str, Any]) -> LookupFacts:
    """Read what Lookup makes of a number."""
    is_valid, errors = body.get("valid"), body.get("validation_errors")
    if not isinstance(is_valid, bool):
        raise BrokenBodyError
    return LookupFacts(is_valid=is_valid, errors=tuple(map(str, errors or ())))


def _items(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    items = body.get(key)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise BrokenBodyError
    return items


def _whole(body: dict[str, Any], key: str) -> int:
    value = body.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BrokenBodyError
    return value
