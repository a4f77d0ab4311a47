"""POST …/Verifications: a new verification, or the same one and the same code once more.

https://www.twilio.com/docs/verify/api/verification
"""

import secrets
from datetime import datetime, timedelta

from simulator.exchange import Answer, Call
from simulator.sids import new_sid
from simulator.switches import StartAfterMaxChecks
from simulator.verify import numbers
from simulator.verify.answers import verification_body
from simulator.verify.start_request import StartRequest, read_start
from simulator.verify.twilio import Twilio
from simulator.verify.verification import SendAttempt, Status, Verification


def start(twilio: Twilio, call: Call, service: str) -> Answer:
    """Start or resend; every refusal leaves the book as it was."""
    request = read_start(twilio, call.form)
    numbers.admit(twilio, request.to, request.channel, risk_check=request.risk_check)
    now = twilio.clock.now()
    _spend_rate_limits(twilio, request, now)
    _refuse_haste(twilio, service, request.to, now)
    current = twilio.book.pending(service, request.to, now)
    if current is not None:
        _refuse_used_up(twilio, current)
    if current is not None and not current.checks_used_up:
        verification = _resend(twilio, current, request, now)
    else:
        verification = _begin(twilio, service, request, now)
    _send(twilio, verification, request, now)
    return Answer(status=201, body=verification_body(twilio, verification, call.origin))


def _spend_rate_limits(twilio: Twilio, request: StartRequest, now: datetime) -> None:
    """https://www.twilio.com/docs/verify/api/programmable-rate-limits; refused uses are free."""
    for name, value in request.rate_limits.items():
        wait = twilio.rate_limits[name].wait_seconds(value, now)
        if wait is not None:
            headers = {"Retry-After": str(wait), "Twilio-Reached-Rate-Limit": name}
            raise twilio.refusal(429, 20429, "Too many requests", headers)
    if twilio.switches.rate_limits_count_refused:
        _count_rate_limits(twilio, request, now)


def _count_rate_limits(twilio: Twilio, request: StartRequest, now: datetime) -> None:
    for name, value in request.rate_limits.items():
        twilio.rate_limits[name].uses.record(value, now)


def _refuse_haste(twilio: Twilio, service: str, to: str, now: datetime) -> None:
    last = twilio.book.find(service, to, now)
    gap = timedelta(seconds=twilio.switches.min_gap_seconds)
    if last is not None and now - last.attempts[-1].at < gap:
        raise twilio.limit_refusal(60212, "Too many concurrent requests for phone number")


def _refuse_used_up(twilio: Twilio, current: Verification) -> None:
    switches = twilio.switches
    if current.checks_used_up:
        if switches.start_after_max_checks is StartAfterMaxChecks.REFUSED:
            raise twilio.limit_refusal(60202, "Max check attempts reached")
    elif len(current.attempts) >= switches.max_sends:
        raise twilio.limit_refusal(60203, "Max send attempts reached")


def _resend(twilio: Twilio, current: Verification, request: StartRequest, now: datetime) -> Verification:
    """Same sid, same code, same end of life; another channel may carry it."""
    current.channel = request.channel
    if twilio.switches.resend_updates_date:
        current.updated_at = now
    if twilio.switches.resend_resets_checks:
        current.failed_checks = 0
    return current


def _begin(twilio: Twilio, service: str, request: StartRequest, now: datetime) -> Verification:
    superseded = twilio.book.pending(service, request.to, now)
    if superseded is not None:
        superseded.end(Status.MAX_ATTEMPTS_REACHED, now)
    length = twilio.switches.code_length
    verification = Verification(
        sid=new_sid("VE"),
        service_sid=service,
        to=request.to,
        channel=request.channel,
        code=request.custom_code or "".join(secrets.choice("0123456789") for _ in range(length)),
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(seconds=twilio.switches.ttl_seconds),
        amount=request.amount,
        payee=request.payee,
    )
    twilio.book.enter(verification)
    return verification


def _send(twilio: Twilio, verification: Verification, request: StartRequest, now: datetime) -> None:
    attempt = SendAttempt(sid=new_sid("VL"), channel=request.channel, locale=request.locale, at=now)
    text = f"Your {twilio.switches.friendly_name} verification code is: {verification.code}"
    twilio.book.record(verification, attempt, text)
    if not twilio.switches.rate_limits_count_refused:
        _count_rate_limits(twilio, request, now)
