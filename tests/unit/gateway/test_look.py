"""From an exchange to what a look shows."""

import json
import time
from typing import Any

import pytest

from gateway import console_body as read
from gateway.exchange import Exchange, Failure
from gateway.look import Look, look_at

ACCOUNT = {
    "sid": "AC1",
    "owner_account_sid": "AC1",
    "auth_token": "the-account-s-own-token",
    "status": "active",
    "type": "Full",
}


def exchange(status: int | None, body: Any, failure: Failure | None = None) -> Exchange:
    """An exchange that ended so."""
    made = Exchange(deadline=time.monotonic(), failure=failure, status=status)
    made.body = body if isinstance(body, str) else json.dumps(body)
    made.headers = {"date": "Fri, 24 Mar 2023 11:11:42 GMT"}
    return made


def test_facts_are_taken_out_and_nothing_else() -> None:
    """The account's answer holds its token, which goes no further."""
    look = look_at(exchange(200, ACCOUNT), read.read_account)

    assert look.facts == read.AccountFacts(status="active", is_trial=False, is_subaccount=False)
    assert look.date is not None
    assert "token" not in repr(look)


@pytest.mark.parametrize(
    ("status", "body", "failure", "provider_code", "is_answered", "why_not"),
    [
        (403, {"code": 70051, "message": "no"}, None, 70051, True, "70051"),
        (401, {"code": True}, None, None, False, "HTTP 401"),
        (502, "<html>", None, None, False, "HTTP 502"),
        (200, "[]", None, None, False, "HTTP 200"),
        (200, {"status": "active"}, None, None, False, "HTTP 200"),
        (307, "", None, None, False, "HTTP 307"),
        (None, "", Failure.DNS, None, False, "dns"),
        (200, "", Failure.TOO_LARGE, None, False, "too_large"),
        (None, "", None, None, False, "reset"),
    ],
)
def test_what_shows_nothing_says_why(
    *,
    status: int | None,
    body: Any,
    failure: Failure | None,
    provider_code: int | None,
    is_answered: bool,
    why_not: str,
) -> None:
    """A refusal has a code; what is no answer of Twilio's has none."""
    look = look_at(exchange(status, body, failure), read.read_account)

    assert look.facts is None
    assert (look.provider_code, look.is_answered, look.why_not) == (provider_code, is_answered, why_not)
    assert look.without_facts() == look


@pytest.mark.parametrize(
    ("reading", "body"),
    [
        (read.read_balance, {"balance": "much", "currency": "USD"}),
        (read.read_buckets, {"buckets": [{"max": "1", "interval": 600}]}),
        (read.read_buckets, {"buckets": "none"}),
        (read.read_messaging_service, {"validity_period": 600}),
        (read.read_number, {"incoming_phone_numbers": [1]}),
        (read.read_voice_geo, {"low_risk_numbers_enabled": "yes"}),
        (read.read_summary, {"total_attempts": True, "total_converted": 1}),
        (read.read_lookup, {"valid": None}),
    ],
)
def test_a_body_of_another_shape_shows_nothing(reading: Any, body: Any) -> None:
    """Read as a fact it would be one that nobody told."""
    look: Look[Any] = look_at(exchange(200, body), reading)

    assert look.facts is None


def test_permissions_of_other_countries_do_not_count() -> None:
    """An answer about another country is none."""
    answer = {"permissions": [{"country_code": "JP", "type": "country", "enabled": True}]}

    assert look_at(exchange(200, answer), lambda body: read.read_messaging_geo("KR", body)).facts is None
