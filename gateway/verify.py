"""Twilio Verify through the official SDK.

Lives here: which SDK call makes which request. What the answers mean is decided in `translate`, from the
exchange as it happened: the SDK's exceptions drop the headers.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from json import dumps
from typing import Any, Final

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from gateway.answer import Answer, Endpoint
from gateway.connection import under
from gateway.cursor import Cursor
from gateway.exchange import Exchange
from gateway.http_client import BudgetedHttpClient, NoAnswerError
from gateway.port import Guard
from gateway.translate import Call, translate, translate_pages
from phone_verification.kinds import Channel

_PAGE_SIZE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who asks: the account's sid and token, or an API key (SK…) and its secret."""

    account_sid: str
    username: str
    password: str = field(repr=False)


class TwilioVerify:
    """The port `gateway.port.Gateway`, spoken to Twilio; safe to share between threads."""

    def __init__(
        self,
        *,
        credentials: Credentials,
        service_sid: str,
        base_url: str | None = None,
        concurrency: int = 32,
        connect_budget_seconds: float = 3,
        idle_seconds: float = 10,
    ) -> None:
        self._service_sid = service_sid
        self._http = BudgetedHttpClient(
            concurrency=concurrency,
            connect_budget_seconds=connect_budget_seconds,
            idle_seconds=idle_seconds,
        )
        self._client = Client(
            credentials.username,
            credentials.password,
            account_sid=credentials.account_sid,
            http_client=self._http,
            # TWILIO_EDGE and TWILIO_REGION would rewrite a simulator's host name.
            environment={} if base_url is None else {"": ""},
        )
        if base_url is not None:
            self._client.verify.base_url = base_url.rstrip("/")
        self._verify = self._client.verify.v2
        self._service = self._verify.services(service_sid)

    def start(
        self,
        *,
        to: str,
        channel: Channel,
        locale: str | None,
        budget_seconds: float,
        guard: Guard | None = None,
        rate_limits: Mapping[str, str] | None = None,
    ) -> Answer:
        """Start a verification, or send its code again."""
        options: dict[str, Any] = {"to": to, "channel": channel.value}
        if locale is not None:
            options["locale"] = locale
        if rate_limits is not None:
            options["rate_limits"] = dumps(dict(rate_limits))
        call = Call(endpoint=Endpoint.START, service_sid=self._service_sid, to=to)
        return self._ask(call, budget_seconds, lambda: self._service.verifications.create(**options), guard)

    def check(
        self,
        *,
        code: str,
        to: str | None = None,
        verification_sid: str | None = None,
        budget_seconds: float,
        guard: Guard | None = None,
    ) -> Answer:
        """Ask whether a code is right, of a number's pending verification or of one by its sid."""
        whom = {"to": to} if verification_sid is None else {"verification_sid": verification_sid}
        call = Call(
            endpoint=Endpoint.CHECK,
            service_sid=self._service_sid,
            to=to if verification_sid is None else None,
            sid=verification_sid,
        )
        checks = self._service.verification_checks
        return self._ask(call, budget_seconds, lambda: checks.create(code=code, **whom), guard)

    def fetch(self, *, to_or_sid: str, budget_seconds: float) -> Answer:
        """Look at a pending verification."""
        is_number = to_or_sid.startswith("+")
        call = Call(
            endpoint=Endpoint.FETCH,
            service_sid=self._service_sid,
            to=to_or_sid if is_number else None,
            sid=None if is_number else to_or_sid,
        )
        return self._ask(call, budget_seconds, lambda: self._service.verifications(to_or_sid).fetch())

    def attempts(
        self,
        *,
        to: str | None = None,
        verification_sid: str | None = None,
        created_after: datetime | None = None,
        budget_seconds: float,
    ) -> Answer:
        """List the texts that were made, all pages, within one budget."""
        filters: dict[str, Any] = {"verify_service_sid": self._service_sid, "page_size": _PAGE_SIZE}
        if to is not None:
            filters["channel_data_to"] = to
        if verification_sid is not None:
            filters["verification_sid"] = verification_sid
        if created_after is not None:
            filters["date_created_after"] = created_after.astimezone(UTC)
        call = Call(endpoint=Endpoint.ATTEMPTS, service_sid=self._service_sid, to=to, sid=verification_sid)
        return translate_pages(call, self._pages(filters, time.monotonic() + budget_seconds))

    def service(self, *, budget_seconds: float) -> Answer:
        """Look at the Verify service: it is there, and our credentials are right."""
        call = Call(endpoint=Endpoint.SERVICE, service_sid=self._service_sid, sid=self._service_sid)
        return self._ask(call, budget_seconds, self._service.fetch)

    def _pages(self, filters: Mapping[str, Any], deadline: float) -> list[Exchange]:
        """Ask for page after page; a list that does not end is cut off by the deadline, in doubt."""
        pages: list[Exchange] = []
        cursor: Cursor | None = Cursor()
        while cursor is not None:
            page = Exchange(deadline=deadline)
            asked = {**filters, **cursor.as_arguments()}
            self._fill(page, partial(self._verify.verification_attempts.page, **asked))
            pages.append(page)
            cursor = Cursor.after(page.body)
        return pages

    def _ask(
        self, call: Call, budget_seconds: float, ask: Callable[[], Any], guard: Guard | None = None
    ) -> Answer:
        exchange = Exchange(deadline=time.monotonic() + budget_seconds, guard=guard)
        self._fill(exchange, ask)
        return translate(call, exchange)

    def _fill(self, exchange: Exchange, ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - the SDK's own
        with under(exchange):
            try:
                return ask()
            except (TwilioException, NoAnswerError):
                return None
            except (ValueError, KeyError, TypeError, AttributeError):
                # The SDK stumbles in many ways over answers that are none; the exchange has it all. Without
                # an exchange it is a fault of ours.
                if exchange.status is None and exchange.failure is None:
                    raise
                return None
