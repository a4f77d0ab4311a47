"""The answers that faults put in the place of Twilio's."""

from simulator.exchange import Answer, JsonObject, error_body
from simulator.faults.rule import BodyForm, Fault, Target
from simulator.verify.twilio import Twilio

_MESSAGES = {
    429: "Too many requests",
    500: "An internal server error has occurred",
    503: "Service is unavailable. Please try again",
}


def canned_answer(fault: Fault) -> Answer:
    """A status with Twilio's error body, or with none."""
    code = fault.code if fault.code is not None else 20000 + fault.status
    message = fault.message or _MESSAGES.get(fault.status, "Error")
    is_json = fault.body_form is BodyForm.JSON
    body = fault.body or error_body(fault.status, code, message)
    headers = _limit_headers(fault)
    return Answer(status=fault.status, body=body if is_json else None, headers=headers)


def html_page(status: int) -> bytes:
    """What an edge proxy says when the API behind it cannot."""
    return f"<html><head><title>{status}</title></head><body>{status}</body></html>".encode()


def rfc9457_body(fault: Fault) -> Answer:
    """Problem details: https://www.rfc-editor.org/rfc/rfc9457."""
    code = fault.code if fault.code is not None else 20000 + fault.status
    body: JsonObject = {
        "type": f"https://www.twilio.com/docs/api/errors/{code}",
        "title": _MESSAGES.get(fault.status, "Error"),
        "status": fault.status,
        "code": code,
        "detail": fault.message or "The request could not be completed",
        "instance": "/problems/1",
        "errors": [],
    }
    return Answer(status=fault.status, body=body, headers=_limit_headers(fault))


def other_body(twilio: Twilio, said: Answer, fault: Fault, endpoint: str) -> Answer:
    """The given body, or this answer as if it were about another number's verification or message."""
    status = fault.status if "status" in fault.model_fields_set else said.status
    if fault.body is not None:
        return Answer(status=status, body=fault.body)
    theirs = _theirs(twilio, fault.of or "", endpoint)
    listed = (said.body or {}).get("messages")
    if isinstance(listed, list):
        theirs = {"messages": [{**message, **theirs} for message in listed]}
    return Answer(status=status, body={**(said.body or {}), **theirs})


def _theirs(twilio: Twilio, to: str, endpoint: str) -> JsonObject:
    """Sid and number of what that number got last from the service that was asked."""
    is_message = endpoint in {Target.MESSAGE, Target.MESSAGES, Target.MESSAGE_FETCH}
    messages = twilio.messages.to(to)
    other = (
        (messages[-1] if messages else None)
        if is_message
        else twilio.book.latest.get((twilio.account.service_sid, to))
    )
    return {} if other is None else {"sid": other.sid, "to": other.to}


def _limit_headers(fault: Fault) -> dict[str, str]:
    headers = {
        "Retry-After": fault.retry_after,
        "Twilio-Reached-Rate-Limit": fault.reached_rate_limit,
    }
    return {name: value for name, value in headers.items() if value is not None}
