"""Twilio Verify through the official SDK.

Lives here: which SDK call makes which request. What the answers mean is decided in `translate`, from the
exchange as it happened: the SDK's exceptions drop the headers.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from json import dumps
from typing import Any, Final

from gateway.answer import Answer, Endpoint
from gateway.call import Call
from gateway.port import Guard
from gateway.translate import translate, translate_pages
from gateway.twilio_client import Credentials, TwilioClient
from phone_verification.kinds import Channel

_PAGE_SIZE: Final = 1000


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
        self._twilio = TwilioClient(
            credentials=credentials,
            base_url=base_url,
            concurrency=concurrency,
            connect_budget_seconds=connect_budget_seconds,
            idle_seconds=idle_seconds,
        )
        self._verify = self._twilio.sdk.verify.v2
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
        turn = partial(self._verify.verification_attempts.page, **filters)
        return translate_pages(call, list(self._twilio.pages(turn, budget_seconds=budget_seconds)))

    def service(self, *, budget_seconds: float) -> Answer:
        """Look at the Verify service: it is there, and our credentials are right."""
        call = Call(endpoint=Endpoint.SERVICE, service_sid=self._service_sid, sid=self._service_sid)
        return self._ask(call, budget_seconds, self._service.fetch)

    def _ask(
        self, call: Call, budget_seconds: float, ask: Callable[[], object], guard: Guard | None = None
    ) -> Answer:
        return translate(call, self._twilio.ask(ask, budget_seconds=budget_seconds, guard=guard))
