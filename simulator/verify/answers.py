"""The bodies of verifications and checks, in the captured or in the published form."""

from datetime import datetime

from simulator.clock import iso, iso_milliseconds
from simulator.exchange import JsonObject
from simulator.switches import AnswerForm
from simulator.verify.numbers import country, is_landline
from simulator.verify.twilio import Twilio
from simulator.verify.verification import SendAttempt, Status, Verification


def verification_body(twilio: Twilio, verification: Verification, origin: str) -> JsonObject:
    """https://www.twilio.com/docs/verify/api/verification, never with the code."""
    spec = twilio.switches.answer_form is AnswerForm.SPEC
    service = verification.service_sid
    return {
        "sid": verification.sid,
        "service_sid": service,
        "account_sid": twilio.account.account_sid,
        "to": verification.to,
        "channel": verification.channel,
        "status": str(verification.status),
        "valid": verification.status is Status.APPROVED,
        "lookup": _lookup(twilio, verification.to),
        "amount": verification.amount,
        "payee": verification.payee,
        "send_code_attempts": [_attempt(twilio, sent) for sent in verification.attempts],
        "date_created": iso(verification.created_at),
        "date_updated": iso(verification.updated_at),
        **({"sna": None} if spec else {}),
        "url": f"{origin}/v2/Services/{service}/Verifications/{verification.sid}",
    }


def check_body(twilio: Twilio, verification: Verification, status: Status, now: datetime) -> JsonObject:
    """https://www.twilio.com/docs/verify/api/verification-check."""
    spec = twilio.switches.answer_form is AnswerForm.SPEC
    return {
        "sid": verification.sid,
        "service_sid": verification.service_sid,
        "account_sid": twilio.account.account_sid,
        "to": verification.to,
        "channel": verification.channel,
        "status": str(status),
        "valid": status is Status.APPROVED,
        "amount": verification.amount,
        "payee": verification.payee,
        **({"sna_attempts_error_codes": []} if spec else {}),
        "date_created": iso(verification.created_at),
        "date_updated": iso(now),
    }


def _attempt(twilio: Twilio, attempt: SendAttempt) -> JsonObject:
    spec = twilio.switches.answer_form is AnswerForm.SPEC
    return {
        "attempt_sid": attempt.sid,
        "channel": attempt.channel.upper() if spec else attempt.channel,
        "time": iso(attempt.at) if spec else iso_milliseconds(attempt.at),
    }


def _lookup(twilio: Twilio, to: str) -> JsonObject:
    if not twilio.switches.lookup_enabled:
        spec = twilio.switches.answer_form is AnswerForm.SPEC
        return {} if spec else {"carrier": None}
    home = country(to)
    carrier = {
        "name": "Simulator Mobile",
        "type": "landline" if is_landline(twilio.switches, to) else "mobile",
        "mobile_country_code": home[1] if home else None,
        "mobile_network_code": "05",
        "error_code": None,
    }
    return {"carrier": carrier}
