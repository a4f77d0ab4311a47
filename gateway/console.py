"""What the account's console shows, asked without sending or changing anything.

Lives here: which look is which request. What an answer shows is read in `console_body`, what it means for
whoever operates the account is not decided here. https://www.twilio.com/docs/usage/api
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import quote

from gateway import console_body as read
from gateway.answer import ServiceFacts
from gateway.look import Look, look_at
from gateway.twilio_client import Credentials, TwilioClient
from gateway.verify_body import read_service

_API: Final = "https://api.twilio.com"
_ACCOUNTS: Final = "https://accounts.twilio.com"
_LOOKUPS: Final = "https://lookups.twilio.com"
_MESSAGING: Final = "https://messaging.twilio.com"
_TRUSTHUB: Final = "https://trusthub.twilio.com"
_VERIFY: Final = "https://verify.twilio.com"
_VOICE: Final = "https://voice.twilio.com"

_SENDERS: Final = {
    "PhoneNumbers": "phone_numbers",
    "ShortCodes": "short_codes",
    "AlphaSenders": "alpha_senders",
}
_LARGEST_PAGE: Final = {"PageSize": 1000}

Facts = TypeVar("Facts")


class TwilioConsole:
    """One account; each look has its own budget and none raises for what Twilio or the network does."""

    def __init__(
        self,
        *,
        credentials: Credentials,
        base_url: str | None = None,
        budget_seconds: float = 5,
        connect_budget_seconds: float = 3,
    ) -> None:
        self._account = f"/2010-04-01/Accounts/{credentials.account_sid}"
        self._base_url = base_url
        self._budget_seconds = budget_seconds
        self._twilio = TwilioClient(
            credentials=credentials,
            base_url=base_url,
            concurrency=1,
            connect_budget_seconds=connect_budget_seconds,
            idle_seconds=10,
        )

    def account(self) -> Look[read.AccountFacts]:
        """Type and status; an API key does not see them."""
        return self._look(_API, f"{self._account}.json", read.read_account)

    def balance(self) -> Look[read.BalanceFacts]:
        """What is left."""
        return self._look(_API, f"{self._account}/Balance.json", read.read_balance)

    def verified(self, number: str) -> Look[int]:
        """How often a number is on the list of those that were verified: not at all, or once."""
        path = f"{self._account}/OutgoingCallerIds.json"
        return self._look(
            _API, path, partial(read.read_count, "outgoing_caller_ids"), {"PhoneNumber": number}
        )

    def from_number(self, number: str) -> Look[read.NumberFacts]:
        """Whether a number is the account's, and takes texts."""
        path = f"{self._account}/IncomingPhoneNumbers.json"
        return self._look(_API, path, read.read_number, {"PhoneNumber": number})

    def approved_profiles(self) -> Look[int]:
        """How many customer profiles Twilio has approved."""
        query = {"Status": "twilio-approved"}
        return self._look(_TRUSTHUB, "/v1/CustomerProfiles", partial(read.read_count, "results"), query)

    def service(self, sid: str) -> Look[ServiceFacts]:
        """Return the Verify service."""
        return self._look(_VERIFY, f"/v2/Services/{sid}", read_service)

    def rate_limit(self, service_sid: str, unique_name: str) -> Look[read.RateLimitFacts]:
        """Return a rate limit of the Verify service, by name."""
        path = f"/v2/Services/{service_sid}/RateLimits"
        named = partial(read.read_limit_sid, unique_name)
        found = self._look(_VERIFY, path, named, _LARGEST_PAGE)
        if found.facts is None:
            return found.without_facts()
        if not found.facts:
            return Look(
                facts=read.RateLimitFacts(buckets=None), http_status=found.http_status, date=found.date
            )
        return self._look(_VERIFY, f"{path}/{found.facts}/Buckets", read.read_buckets, _LARGEST_PAGE)

    def own_senders(self, service_sid: str) -> Look[int]:
        """For how many countries Verify sends through the account's own Messaging Service."""
        path = f"/v2/Services/{service_sid}/MessagingConfigurations"
        return self._look(_VERIFY, path, partial(read.read_count, "messaging_configurations"), _LARGEST_PAGE)

    def messaging_service(self, sid: str) -> Look[read.MessagingServiceFacts]:
        """Return a Messaging Service with the number of its senders."""
        path = f"/v1/Services/{sid}"
        service = self._look(_MESSAGING, path, read.read_messaging_service)
        if service.facts is None:
            return service
        senders = 0
        for kind, key in _SENDERS.items():
            listed = self._look(_MESSAGING, f"{path}/{kind}", partial(read.read_count, key))
            if listed.facts is None:
                return listed.without_facts()
            senders += listed.facts
        return replace(service, facts=replace(service.facts, senders=senders))

    def messages(self) -> Look[int]:
        """Whether messages may be read; how many there are is not asked."""
        path = f"{self._account}/Messages.json"
        return self._look(_API, path, partial(read.read_count, "messages"), {"PageSize": 1})

    def messaging_geo(self, country: str) -> Look[bool]:
        """Whether Messaging's geo permissions include a country."""
        path = "/v1/Messaging/GeoPermissions"
        return self._look(
            _ACCOUNTS, path, partial(read.read_messaging_geo, country), {"CountryCode": country}
        )

    def voice_geo(self, country: str) -> Look[bool]:
        """Whether Voice's geo permissions include a country."""
        return self._look(_VOICE, f"/v1/DialingPermissions/Countries/{country}", read.read_voice_geo)

    def attempts(
        self, service_sid: str, country: str | None, *, after: datetime, before: datetime
    ) -> Look[read.SummaryFacts]:
        """How many codes were sent, to one country or to all, and how many came back."""
        query = {
            "VerifyServiceSid": service_sid,
            **({} if country is None else {"Country": country}),
            "DateCreatedAfter": _stamp(after),
            "DateCreatedBefore": _stamp(before),
        }
        return self._look(_VERIFY, "/v2/Attempts/Summary", read.read_summary, query)

    def number(self, number: str) -> Look[read.LookupFacts]:
        """What Lookup makes of a number: formatting alone, which is free."""
        return self._look(_LOOKUPS, f"/v2/PhoneNumbers/{quote(number)}", read.read_lookup)

    def _look(
        self,
        host: str,
        path: str,
        reading: Callable[[dict[str, Any]], Facts],
        query: Mapping[str, object] | None = None,
    ) -> Look[Facts]:
        url = f"{(self._base_url or host).rstrip('/')}{path}"
        ask = partial(self._twilio.sdk.request, "GET", url, params=dict(query or {}))
        return look_at(self._twilio.ask(ask, budget_seconds=self._budget_seconds), reading)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
