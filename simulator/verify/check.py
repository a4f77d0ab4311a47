"""POST …/VerificationCheck: compares a code.

https://www.twilio.com/docs/verify/api/verification-check. A right code ends the verification, so
of two parallel right checks one is approved and the other finds nothing.
"""

import hmac
from datetime import datetime, timedelta

from simulator.exchange import Answer, Call
from simulator.switches import AfterMaxChecks, LastWrongCheck
from simulator.verify.answers import check_body
from simulator.verify.twilio import Twilio
from simulator.verify.verification import Status, Verification

_CODE_LENGTHS = range(4, 11)


def check(twilio: Twilio, call: Call, service: str) -> Answer:
    """Compare the code, count the try."""
    key = call.form.get("VerificationSid") or call.form.get("To")
    if not key:
        message = "Either a `To` number or `VerificationSid` must be specified"
        raise twilio.refusal(400, 60221, message)
    code = call.form.get("Code", "")
    if len(code) not in _CODE_LENGTHS:
        raise twilio.invalid("Code", code)
    now = twilio.clock.now()
    verification = twilio.book.pending(service, key, now)
    if verification is None:
        raise twilio.not_found(call)
    _refuse_used_up(twilio, call, verification)
    status = _compare(twilio, verification, code, now)
    body = check_body(twilio, verification, status, now)
    return Answer(status=twilio.switches.check_status, body=body)


def _refuse_used_up(twilio: Twilio, call: Call, verification: Verification) -> None:
    """The dictionary says 429/60202, the check's own page says 404."""
    if not verification.checks_used_up:
        return
    if twilio.switches.after_max_checks is AfterMaxChecks.NOT_FOUND:
        raise twilio.not_found(call)
    raise twilio.limit_refusal(60202, "Max check attempts reached")


def _compare(twilio: Twilio, verification: Verification, code: str, now: datetime) -> Status:
    if hmac.compare_digest(code.encode(), verification.code.encode()):
        approve(twilio, verification, now)
        return Status.APPROVED
    verification.failed_checks += 1
    verification.checks_used_up = verification.failed_checks >= twilio.switches.max_checks
    last = twilio.switches.fifth_wrong_check is LastWrongCheck.MAX_ATTEMPTS_REACHED
    return Status.MAX_ATTEMPTS_REACHED if verification.checks_used_up and last else Status.PENDING


def approve(twilio: Twilio, verification: Verification, now: datetime) -> None:
    """End it well; the Attempts API shows the conversion some time later."""
    verification.end(Status.APPROVED, now)
    attempt = verification.attempts[-1]
    attempt.converted_at = now
    attempt.visible_at = now + timedelta(seconds=twilio.switches.conversion_delay_seconds)
