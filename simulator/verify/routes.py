"""The paths of Verify: https://www.twilio.com/docs/verify/api."""

from simulator.routing import Endpoint, route
from simulator.verify import attempts, check, rate_limit_calls, service, start, status

_SERVICE = "/v2/Services/{service}"
_ONE = _SERVICE + "/Verifications/{key}"
_LIMITS = _SERVICE + "/RateLimits"
_LIMIT = _LIMITS + "/{limit}"
_BUCKET = _LIMIT + "/Buckets/{bucket}"
_RATES = Endpoint.RATE_LIMITS
ROUTES = (
    route("POST", _SERVICE + "/Verifications", Endpoint.START, start.start),
    route("POST", _SERVICE + "/VerificationCheck", Endpoint.CHECK, check.check),
    route("GET", _ONE, Endpoint.FETCH, status.fetch),
    route("POST", _ONE, Endpoint.UPDATE, status.update),
    route("GET", "/v2/Attempts", Endpoint.ATTEMPTS, attempts.list_attempts),
    route("GET", "/v2/Attempts/Summary", Endpoint.ATTEMPTS, attempts.summarise_attempts),
    route("GET", "/v2/Attempts/{sid}", Endpoint.ATTEMPTS, attempts.fetch_attempt),
    route("GET", _SERVICE, Endpoint.SERVICE, service.fetch_service),
    route("POST", _SERVICE, Endpoint.SERVICE, service.update_service),
    route("POST", _LIMITS, _RATES, rate_limit_calls.create_rate_limit),
    route("GET", _LIMITS, _RATES, rate_limit_calls.list_rate_limits),
    route("GET", _LIMIT, _RATES, rate_limit_calls.fetch_rate_limit),
    route("POST", _LIMIT, _RATES, rate_limit_calls.update_rate_limit),
    route("DELETE", _LIMIT, _RATES, rate_limit_calls.delete_rate_limit),
    route("POST", _LIMIT + "/Buckets", _RATES, rate_limit_calls.create_bucket),
    route("GET", _LIMIT + "/Buckets", _RATES, rate_limit_calls.list_buckets),
    route("GET", _BUCKET, _RATES, rate_limit_calls.fetch_bucket),
    route("POST", _BUCKET, _RATES, rate_limit_calls.update_bucket),
    route("DELETE", _BUCKET, _RATES, rate_limit_calls.delete_bucket),
)
