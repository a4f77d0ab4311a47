"""Which path means which call; the one door through which Twilio is asked.

`answer` runs without waiting: two calls at the same time are two steps, one after the other.
"""

from simulator.account import admit
from simulator.console.routes import ROUTES as CONSOLE
from simulator.credentials import as_played, permit
from simulator.exchange import Answer, Call, RefusalError, error_body
from simulator.messages.routes import ROUTES as MESSAGES
from simulator.routing import Endpoint, Route
from simulator.verify.routes import ROUTES as VERIFY
from simulator.verify.twilio import Twilio

_ROUTES = (*VERIFY, *MESSAGES, *CONSOLE)


def endpoint_of(call: Call) -> Endpoint:
    """The endpoint a call means, whether or not it will be admitted."""
    meant = _meant(call)
    return Endpoint.OTHER if meant is None else meant[0].endpoint


def number_of(twilio: Twilio, call: Call) -> str | None:
    """The number a call is about, as far as it names one, or a verification or message of one."""
    named = call.form.get("To") or call.query.get("To") or call.query.get("ChannelData.To")
    keys = [groups["key"] for _, groups in _matches(call) if "key" in groups]
    sid = call.form.get("VerificationSid") or call.query.get("VerificationSid")
    for key in (sid or "", *keys):
        known = twilio.book.by_sid.get(key) or twilio.messages.by_sid.get(key)
        if known is not None:
            return known.to
    return named or (keys[0] if keys else None)


def answer(twilio: Twilio, call: Call) -> Answer:
    """Twilio's answer, error or not, and every change that goes with it."""
    try:
        return _act(twilio, call)
    except RefusalError as no:
        body = error_body(no.status, no.code, no.message, detail=no.detail)
        return Answer(status=no.status, body=body, headers=no.headers)


def _act(twilio: Twilio, call: Call) -> Answer:
    account, switches, meant = twilio.account, twilio.switches, _meant(call)
    admit(
        as_played(account, switches.credentials),
        call.authorization,
        switches.suspended,
        named=None if meant is None else meant[1].get("account"),
        takes_test_credentials=meant is not None and meant[0].takes_test_credentials,
    )
    permit(account, switches, call)
    if meant is None:
        if _matches(call):
            raise twilio.refusal(405, 20004, "Method not allowed")
        raise twilio.not_found(call)
    route, groups = meant
    if not _exists(twilio, groups):
        raise twilio.not_found(call)
    return route.act(twilio, call, **groups)


def _exists(twilio: Twilio, groups: dict[str, str]) -> bool:
    """Whether there is the Verify service that a path names, if it names one."""
    is_ours = groups.get("service") == twilio.account.service_sid
    return "service" not in groups or (is_ours and not twilio.switches.service_deleted)


def _meant(call: Call) -> tuple[Route, dict[str, str]] | None:
    return next((found for found in _matches(call) if found[0].method == call.method), None)


def _matches(call: Call) -> list[tuple[Route, dict[str, str]]]:
    found = [(route, route.path.fullmatch(call.path)) for route in _ROUTES]
    return [(route, match.groupdict()) for route, match in found if match]
