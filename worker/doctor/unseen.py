"""What is said of something that Twilio did not show: that it was not seen, never that it is broken."""

from typing import Any

from gateway.look import Look
from worker.doctor.finding import Check, Finding

_NOT_ALLOWED = (20003, 20006, 70051)


def unseen(check: Check, look: Look[Any], *, has_key: bool) -> Finding:
    """Say why a look shows nothing; an API key with few permissions is as it should be."""
    if has_key and look.provider_code in _NOT_ALLOWED:
        return check.ok("not seen: the API key may not look ({why})").found(why=look.why_not)
    return check.warn(
        "not seen: Twilio said {why}", fix="Ask again; if it stays so, see https://status.twilio.com."
    ).found(why=look.why_not)
