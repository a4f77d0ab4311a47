"""GET /v2/Attempts, its items and its summary: https://www.twilio.com/docs/verify/api/list-verification-attempts.

The conversion of an approved verification becomes visible after a settable delay, since Twilio
documents none.
"""

from datetime import timedelta

from simulator.exchange import Answer, Call
from simulator.verify.attempt_body import attempt_body, is_converted
from simulator.verify.attempt_filter import Sent, matching, past_attempts
from simulator.verify.paging import page_body
from simulator.verify.twilio import Twilio

_MINUTE = timedelta(minutes=1)


def list_attempts(twilio: Twilio, call: Call) -> Answer:
    """Newest first, filtered, in pages."""
    _meter(twilio)

    def render(sent: Sent) -> dict[str, object]:
        return attempt_body(twilio, sent, call.origin)

    found = matching(twilio, call)
    return Answer(status=200, body=page_body(twilio, call, "attempts", found, render))


def fetch_attempt(twilio: Twilio, call: Call, sid: str) -> Answer:
    """One `VL…`."""
    _meter(twilio)
    every = twilio.book.attempts(twilio.clock.now())
    sent = next((sent for sent in every if sent[1].sid == sid), None)
    if sent is None:
        raise twilio.not_found(call)
    return Answer(status=200, body=attempt_body(twilio, sent, call.origin))


def summarise_attempts(twilio: Twilio, call: Call) -> Answer:
    """How many were confirmed; the percentage is a string, as Twilio writes it."""
    _meter(twilio)
    found = matching(twilio, call)
    past = past_attempts(twilio, call)
    total = len(found) + sum(each.attempts for each in past)
    converted = sum(is_converted(twilio, sent[1]) for sent in found) + sum(each.converted for each in past)
    rate = 100 * converted / total if total else 0
    body: dict[str, object] = {
        "total_attempts": total,
        "total_converted": converted,
        "total_unconverted": total - converted,
        "conversion_rate_percentage": f"{rate:.9f}".rstrip("0").rstrip("."),
        "url": f"{call.origin}/v2/Attempts/Summary",
    }
    return Answer(status=200, body=body)


def _meter(twilio: Twilio) -> None:
    """100 requests a minute: https://www.twilio.com/docs/verify/api/list-verification-attempts."""
    now = twilio.clock.now()
    most = twilio.switches.attempts_per_minute
    if most is not None and twilio.attempts_calls.is_full("attempts", {_MINUTE: most}, now):
        raise twilio.too_many_requests()
    twilio.attempts_calls.record("attempts", now)
