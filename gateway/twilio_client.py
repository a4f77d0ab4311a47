"""Twilio's official SDK on our own HTTP client: what all of Twilio's APIs are asked through.

Lives here: making the client, and one exchange or a list of them for a call of the SDK. What the SDK returns
is dropped: its objects hold texts and numbers, its exceptions drop the headers.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from twilio.rest import Client

from gateway.connection import under
from gateway.cursor import Cursor
from gateway.exchange import Exchange
from gateway.http_client import BudgetedHttpClient, ExchangeOver
from gateway.port import Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who asks: the account's sid and token, or an API key (SK…) and its secret."""

    account_sid: str
    username: str
    password: str = field(repr=False)


class TwilioClient:
    """The SDK's client; safe to share between threads."""

    def __init__(
        self,
        *,
        credentials: Credentials,
        base_url: str | None,
        concurrency: int,
        connect_budget_seconds: float,
        idle_seconds: float,
    ) -> None:
        self.sdk = Client(
            credentials.username,
            credentials.password,
            account_sid=credentials.account_sid,
            http_client=BudgetedHttpClient(
                concurrency=concurrency,
                connect_budget_seconds=connect_budget_seconds,
                idle_seconds=idle_seconds,
            ),
            # TWILIO_EDGE and TWILIO_REGION would rewrite a simulator's host name.
            environment={} if base_url is None else {"": ""},
        )
        if base_url is not None:
            for api in (self.sdk.verify, self.sdk.api):
                api.base_url = base_url.rstrip("/")

    def ask(
        self, ask: Callable[[], object], *, budget_seconds: float, guard: Guard | None = None
    ) -> Exchange:
        """Make one call and return it as it happened."""
        exchange = Exchange(deadline=time.monotonic() + budget_seconds, guard=guard)
        _fill(exchange, ask)
        return exchange

    def pages(self, turn: Callable[..., object], *, budget_seconds: float) -> Iterator[Exchange]:
        """Ask for page after page within one budget, for as long as the caller goes on.

        `turn` is the SDK's call for one page. A list that does not end is cut off by the budget, in doubt.
        """
        deadline = time.monotonic() + budget_seconds
        cursor: Cursor | None = Cursor()
        while cursor is not None:
            page = Exchange(deadline=deadline)
            _fill(page, partial(turn, **cursor.as_arguments()))
            yield page
            cursor = Cursor.after(page.body)


def _fill(exchange: Exchange, ask: Callable[[], object]) -> None:
    with under(exchange), suppress(ExchangeOver):
        ask()
