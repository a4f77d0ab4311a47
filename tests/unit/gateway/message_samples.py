"""What Messaging answers, for tests to change; and a messenger to a server of theirs."""

import json
from typing import Any

from gateway.messaging import TwilioMessaging
from gateway.twilio_client import Credentials

ACCOUNT = "AC" + "0" * 32
SERVICE = "MG" + "0" * 32
FROM_NUMBER = "+12065550100"
NUMBER = "+821012345678"
SID = "SM" + "1" * 32
TEXT = "[Ours] 123456"
CREATED = "Mon, 23 Nov 2026 10:00:00 +0000"
DATE = "Mon, 23 Nov 2026 10:00:30 GMT"


def message(**changes: Any) -> dict[str, Any]:
    """A message as Twilio really writes it, a service's."""
    return {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": TEXT,
        "date_created": CREATED,
        "date_sent": None,
        "date_updated": CREATED,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": None,
        "messaging_service_sid": SERVICE,
        "num_media": "0",
        "num_segments": "0",
        "price": None,
        "price_unit": None,
        "sid": SID,
        "status": "accepted",
        "subresource_uris": {"media": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{SID}/Media.json"},
        "to": NUMBER,
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{SID}.json",
    } | changes


def without(name: str) -> dict[str, Any]:
    """A message in which a field is not there at all."""
    return {key: value for key, value in message().items() if key != name}


def page(*messages: dict[str, Any], next_page_uri: str | None = None) -> str:
    """One page of a list."""
    return json.dumps({"messages": list(messages), "next_page_uri": next_page_uri, "page": 0})


def messaging(url: str, **changes: Any) -> TwilioMessaging:
    """A messenger to that address, of a service unless told otherwise."""
    sender = changes or {"messaging_service_sid": SERVICE}
    return TwilioMessaging(
        credentials=Credentials(account_sid=ACCOUNT, username="SK" + "0" * 32, password="secret"),
        base_url=url,
        concurrency=4,
        connect_budget_seconds=0.5,
        **sender,
    )
