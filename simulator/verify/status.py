"""GET and POST …/Verifications/{sid, phone or e-mail}: read a verification, approve or cancel it.

https://www.twilio.com/docs/verify/api/verification
"""

from datetime import timedelta

from simulator.exchange import Answer, Call
from simulator.switches import AfterMaxChecks
from simulator.verify.answers import verification_body
from simulator.verify.check import approve
from simulator.verify.twilio import Twilio
from simulator.verify.verification import Status, Verification

# https://www.twilio.com/docs/verify/api/rate-limits-and-timeouts; counted per number here,
# the strictest reading of a page that names no scope.
_FETCH_LIMITS = {
    timedelta(minutes=1): 60,
    timedelta(hours=1): 180,
    timedelta(days=1): 250,
}


def fetch(twilio: Twilio, call: Call, service: str, key: str) -> Answer:
    """The verification as long as Twilio keeps it: pending or canceled."""
    now = twilio.clock.now()
    known = twilio.book.find(service, key, now)
    scope = key if known is None else known.to
    if twilio.switches.status_fetch_limits and twilio.fetches.is_full(scope, _FETCH_LIMITS, now):
        raise twilio.too_many_requests()
    twilio.fetches.record(scope, now)
    if known is None or not _is_visible(twilio, known):
        raise twilio.not_found(call)
    return Answer(status=200, body=verification_body(twilio, known, call.origin))


def update(twilio: Twilio, call: Call, service: str, key: str) -> Answer:
    """Approve (feedback for a custom code) or cancel; both free the number at once."""
    status = call.form.get("Status", "")
    if status not in {Status.APPROVED, Status.CANCELED}:
        raise twilio.invalid("Status", status)
    now = twilio.clock.now()
    verification = twilio.book.pending(service, key, now)
    if verification is None:
        raise twilio.not_found(call)
    if status == Status.APPROVED:
        approve(twilio, verification, now)
    else:
        verification.end(Status.CANCELED, now)
    return Answer(status=200, body=verification_body(twilio, verification, call.origin))


def _is_visible(twilio: Twilio, verification: Verification) -> bool:
    """Approved and expired ones are gone: https://www.twilio.com/docs/api/errors/20404."""
    if verification.status is Status.CANCELED:
        return True
    deleted = twilio.switches.after_max_checks is AfterMaxChecks.NOT_FOUND
    return verification.status is Status.PENDING and not (deleted and verification.checks_used_up)
