"""Our requests are the ones that Twilio's own description knows."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.deliveries import STATUSES
from gateway.messaging import TwilioMessaging
from gateway.twilio_client import Credentials
from gateway.verify import TwilioVerify
from phone_verification.kinds import Channel
from simulator.account import Account
from simulator.client import SimulatorClient

FOLDER = Path(os.environ.get("OPENAPI_DIR", Path(__file__).parents[3] / "shared" / "openapi"))
VERIFY, MESSAGING = FOLDER / "twilio_verify_v2.json", FOLDER / "twilio_api_v2010_messages.json"
ACCOUNT = Account()
CREDENTIALS = Credentials(
    account_sid=ACCOUNT.account_sid, username=ACCOUNT.account_sid, password=ACCOUNT.auth_token
)
INBOUND = {"receiving", "received"}
pytestmark = pytest.mark.skipif(
    not (VERIFY.exists() and MESSAGING.exists()),
    reason="needs Twilio's OpenAPI descriptions; say where: OPENAPI_DIR=…",
)


def paths_of(description: Path) -> dict[str, Any]:
    """The paths of a description of Twilio's."""
    return dict(json.loads(description.read_text())["paths"])


def operation(paths: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """Find the operation that a request is."""
    for template, operations in paths.items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return dict(operations[method.lower()])
    raise AssertionError(f"Twilio knows no {method} {path}")


def hold_against(paths: dict[str, Any], asked: list[dict[str, Any]]) -> None:
    """Path, method, form fields and filters of each call are in the description."""
    for request in asked:
        described = operation(paths, request["method"], request["path"])
        content = described.get("requestBody", {}).get("content", {})
        form = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
        assert set(request["form"]) <= set(form.get("properties", {}))
        assert set(form.get("required", [])) <= set(request["form"])
        filters = {one["name"] for one in described.get("parameters", []) if one["in"] == "query"}
        assert set(request.get("query", {})) <= filters


def test_every_request_of_verify_is_one_that_twilio_describes(
    simulator: tuple[str, SimulatorClient],
) -> None:
    """A start with everything, a check, a fetch, a list and the service."""
    gateway = TwilioVerify(credentials=CREDENTIALS, service_sid=ACCOUNT.service_sid, base_url=simulator[0])
    gateway.start(
        to="+821012345678", channel=Channel.SMS, locale="ko", budget_seconds=5, rate_limits={"intent": "x"}
    )
    gateway.check(code="000000", to="+821012345678", budget_seconds=5)
    gateway.fetch(to_or_sid="+821012345678", budget_seconds=5)
    gateway.attempts(to="+821012345678", budget_seconds=5)
    gateway.service(budget_seconds=5)

    asked = simulator[1].requests()

    assert len(asked) == 5
    hold_against(paths_of(VERIFY), asked)


@pytest.mark.parametrize(
    "sender",
    [{"messaging_service_sid": ACCOUNT.messaging_service_sid}, {"from_number": ACCOUNT.from_number}],
    ids=["service", "number"],
)
def test_every_request_of_messaging_is_one_that_twilio_describes(
    simulator: tuple[str, SimulatorClient], sender: dict[str, str]
) -> None:
    """A message, a fetch, a list and a look."""
    messenger = TwilioMessaging(credentials=CREDENTIALS, base_url=simulator[0], **sender)
    (made,) = messenger.create(
        to="+821012345678", body="a text", validity_seconds=600, budget_seconds=5
    ).messages
    messenger.message(sid=made.sid, budget_seconds=5)
    messenger.messages(to="+821012345678", sent_since=datetime.now(UTC), budget_seconds=5)
    messenger.reach(budget_seconds=5)

    asked = simulator[1].requests()

    assert [request["status"] for request in asked] == [201, 200, 200, 200]
    hold_against(paths_of(MESSAGING), asked)


def test_every_status_that_twilio_describes_is_read() -> None:
    """But for those of messages that come in."""
    described = json.loads(MESSAGING.read_text())["components"]["schemas"]["message_enum_status"]["enum"]

    assert set(STATUSES) == set(described) - INBOUND
