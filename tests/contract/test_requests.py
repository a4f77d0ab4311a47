"""Our requests are the ones that Twilio's own description knows."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.twilio_client import Credentials
from gateway.verify import TwilioVerify
from phone_verification.kinds import Channel
from simulator.account import Account
from simulator.client import SimulatorClient

DESCRIPTION = (
    Path(os.environ.get("OPENAPI_DIR", Path(__file__).parents[3] / "shared" / "openapi"))
    / "twilio_verify_v2.json"
)
ACCOUNT = Account()
pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason="needs Twilio's OpenAPI description; say where: OPENAPI_DIR=…"
)


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    """The paths of Twilio's description."""
    return dict(json.loads(DESCRIPTION.read_text())["paths"])


def operation(paths: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """Find the operation that a request is."""
    for template, operations in paths.items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return dict(operations[method.lower()])
    raise AssertionError(f"Twilio knows no {method} {path}")


def test_every_request_is_one_that_twilio_describes(
    paths: dict[str, Any], simulator: tuple[str, SimulatorClient]
) -> None:
    """Path, method, form fields and filters of each call are in the description."""
    gateway = TwilioVerify(
        credentials=Credentials(
            account_sid=ACCOUNT.account_sid, username=ACCOUNT.account_sid, password=ACCOUNT.auth_token
        ),
        service_sid=ACCOUNT.service_sid,
        base_url=simulator[0],
    )
    gateway.start(
        to="+821012345678", channel=Channel.SMS, locale="ko", budget_seconds=5, rate_limits={"intent": "x"}
    )
    gateway.check(code="000000", to="+821012345678", budget_seconds=5)
    gateway.fetch(to_or_sid="+821012345678", budget_seconds=5)
    gateway.attempts(to="+821012345678", budget_seconds=5)
    gateway.service(budget_seconds=5)

    asked = simulator[1].requests()

    assert len(asked) == 5
    for request in asked:
        described = operation(paths, request["method"], request["path"])
        content = described.get("requestBody", {}).get("content", {})
        form = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
        assert set(request["form"]) <= set(form.get("properties", {}))
        assert set(form.get("required", [])) <= set(request["form"])
        filters = {one["name"] for one in described.get("parameters", []) if one["in"] == "query"}
        assert set(request.get("query", {})) <= filters
