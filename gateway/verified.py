"""What a success of Verify's means: it counts when it holds what it must and is about what was asked."""

from typing import Any, Final

from gateway.answer import Answer, AnswerClass, Endpoint, Reason, VerificationFacts
from gateway.call import Call
from gateway.compose import answered, compose, doubted
from gateway.exchange import Exchange
from gateway.verify_body import read_attempts, read_service, read_verification
from phone_verification.kinds import ErrorKind


def verified(call: Call, exchange: Exchange, body: dict[str, Any]) -> Answer:
    """Say what a 2xx means. Raises BrokenBodyError for one without what it must hold."""
    if call.endpoint is Endpoint.ATTEMPTS:
        return _listed(call, exchange, body)
    if call.endpoint is Endpoint.SERVICE:
        return answered(call, exchange, service=read_service(body))
    return _told(call, exchange, read_verification(body, exchange.headers.get("date")))


def _told(call: Call, exchange: Exchange, facts: VerificationFacts) -> Answer:
    flaw = _flaw(call, facts)
    if flaw is not None:
        return doubted(call, exchange, flaw)
    if call.endpoint is Endpoint.CHECK and facts.status in _ENDED:
        # Not approved for sure: an ended verification is answered as one that is gone.
        return compose(
            call,
            exchange,
            AnswerClass.REFUSED,
            Reason.REFUSED,
            kind=ErrorKind.NO_VERIFICATION_RECORD,
        )
    return answered(call, exchange, verification=facts)


def _listed(call: Call, exchange: Exchange, body: dict[str, Any]) -> Answer:
    """A list counts when nothing foreign is in it: a filter that did not work makes it no evidence."""
    attempts = read_attempts(body, exchange.headers.get("date"))
    is_echo = all(
        (call.to is None or attempt.to in (None, call.to))
        and (call.sid is None or attempt.verification_sid in (None, call.sid))
        and attempt.service_sid in (None, call.service_sid)
        for attempt in attempts
    )
    if not is_echo:
        return doubted(call, exchange, Reason.WRONG_ECHO)
    return answered(call, exchange, attempts=attempts)


def _flaw(call: Call, facts: VerificationFacts) -> Reason | None:
    """Say what keeps a verification from being the answer to this call.

    A desynchronised connection could hand over somebody else's approval.
    """
    is_echo = (
        facts.service_sid == call.service_sid
        and call.to in (facts.to, None)
        and call.sid in (facts.sid, None)
    )
    if not is_echo:
        return Reason.WRONG_ECHO
    is_text_missing = call.endpoint is Endpoint.START and not facts.attempts
    is_verdict_missing = call.endpoint is Endpoint.CHECK and facts.status not in _VERDICTS
    return Reason.MISSING_FIELDS if is_text_missing or is_verdict_missing else None


_ENDED: Final = frozenset({"canceled", "deleted", "expired", "failed"})
_VERDICTS: Final = frozenset({"approved", "pending", "max_attempts_reached"}) | _ENDED
