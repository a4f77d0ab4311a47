"""Which path means which call; the one door through which Twilio is asked.

`answer` runs without waiting: two calls at the same time are two steps, one after the other.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simulator.account import admit
from simulator.console.routes import PATHS as CONSOLE_PATHS
from simulator.credentials import as_played, permit
from simulator.exchange import Answer, Call, RefusalError, error_body
from simulator.verify import attempts, check, rate_limit_calls, service, start, status
from simulator.verify.twilio import Twilio


class Endpoint(StrEnum):
    """What faults and logs call a path."""

    START = "start"
    CHECK = "check"
    FETCH = "fetch"
    UPDATE = "update"
    ATTEMPTS = "attempts"
    SERVICE = "service"
    RATE_LIMITS = "rate_limits"
    CONSOLE = "console"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    path: re.Pattern[str]
    endpoint: Endpoint
    act: Callable[..., Answer]


def _route(method: str, path: str, endpoint: Endpoint, act: Callable[..., Answer]) -> _Route:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    return _Route(method, re.compile(pattern), endpoint, act)


_SERVICE = "/v2/Services/{service}"
_ONE = _SERVICE + "/Verifications/{key}"
_LIMITS = _SERVICE + "/RateLimits"
_LIMIT = _LIMITS + "/{limit}"
_BUCKET = _LIMIT + "/Buckets/{bucket}"
_RATES = Endpoint.RATE_LIMITS
_ROUTES = (
    _route("POST", _SERVICE + "/Verifications", Endpoint.START, start.start),
    _route("POST", _SERVICE + "/VerificationCheck", Endpoint.CHECK, check.check),
    _route("GET", _ONE, Endpoint.FETCH, status.fetch),
    _route("POST", _ONE, Endpoint.UPDATE, status.update),
    _route("GET", "/v2/Attempts", Endpoint.ATTEMPTS, attempts.list_attempts),
    _route("GET", "/v2/Attempts/Summary", Endpoint.ATTEMPTS, attempts.summarise_attempts),
    _route("GET", "/v2/Attempts/{sid}", Endpoint.ATTEMPTS, attempts.fetch_attempt),
    _route("GET", _SERVICE, Endpoint.SERVICE, service.fetch_service),
    _route("POST", _SERVICE, Endpoint.SERVICE, service.update_service),
    _route("POST", _LIMITS, _RATES, rate_limit_calls.create_rate_limit),
    _route("GET", _LIMITS, _RATES, rate_limit_calls.list_rate_limits),
    _route("GET", _LIMIT, _RATES, rate_limit_calls.fetch_rate_limit),
    _route("POST", _LIMIT, _RATES, rate_limit_calls.update_rate_limit),
    _route("DELETE", _LIMIT, _RATES, rate_limit_calls.delete_rate_limit),
    _route("POST", _LIMIT + "/Buckets", _RATES, rate_limit_calls.create_bucket),
    _route("GET", _LIMIT + "/Buckets", _RATES, rate_limit_calls.list_buckets),
    _route("GET", _BUCKET, _RATES, rate_limit_calls.fetch_bucket),
    _route("POST", _BUCKET, _RATES, rate_limit_calls.update_bucket),
    _route("DELETE", _BUCKET, _RATES, rate_limit_calls.delete_bucket),
    *(_route("GET", path, Endpoint.CONSOLE, act) for path, act in CONSOLE_PATHS),
)


def endpoint_of(call: Call) -> Endpoint:
    """The endpoint a call means, whether or not it will be admitted."""
    found = _matches(call)
    same_method = [route.endpoint for route, _ in found if route.method == call.method]
    return same_method[0] if same_method else Endpoint.OTHER


def number_of(twilio: Twilio, call: Call) -> str | None:
    """The number a call is about, as far as it names one or a verification of one."""
    named = call.form.get("To") or call.query.get("ChannelData.To")
    keys = [groups["key"] for _, groups in _matches(call) if "key" in groups]
    sid = call.form.get("VerificationSid") or call.query.get("VerificationSid")
    for key in (sid, *keys):
        known = twilio.book.by_sid.get(key or "")
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
    account, switches = twilio.account, twilio.switches
    admit(as_played(account, switches.credentials), call.authorization, switches.suspended)
    permit(account, switches, call)
    found = _matches(call)
    if not found:
        raise twilio.not_found(call)
    for route, groups in found:
        if route.method == call.method:
            if not _exists(twilio, groups):
                raise twilio.not_found(call)
            return route.act(twilio, call, **groups)
    raise twilio.refusal(405, 20004, "Method not allowed")


def _exists(twilio: Twilio, groups: dict[str, str]) -> bool:
    """Whether there is the Verify service that a path names, if it names one."""
    is_ours = groups.get("service") == twilio.account.service_sid
    return "service" not in groups or (is_ours and not twilio.switches.service_deleted)


def _matches(call: Call) -> list[tuple[_Route, dict[str, str]]]:
    found = [(route, route.path.fullmatch(call.path)) for route in _ROUTES]
    return [(route, match.groupdict()) for route, match in found if match]
