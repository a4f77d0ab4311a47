"""The bodies of rate limits and buckets: https://www.twilio.com/docs/verify/api/service-rate-limits."""

from simulator.clock import iso
from simulator.exchange import JsonObject
from simulator.verify.rate_limit import Bucket, RateLimit
from simulator.verify.twilio import Twilio


def rate_limit_body(twilio: Twilio, service: str, origin: str, limit: RateLimit) -> JsonObject:
    """One named limit."""
    url = f"{origin}/v2/Services/{service}/RateLimits/{limit.sid}"
    return {
        "sid": limit.sid,
        "service_sid": service,
        "account_sid": twilio.account.account_sid,
        "unique_name": limit.unique_name,
        "description": limit.description,
        "date_created": iso(limit.created_at),
        "date_updated": iso(limit.updated_at),
        "url": url,
        "links": {"buckets": f"{url}/Buckets"},
    }


def bucket_body(twilio: Twilio, service: str, origin: str, limit: RateLimit, bucket: Bucket) -> JsonObject:
    """One speed of a limit."""
    return {
        "sid": bucket.sid,
        "rate_limit_sid": limit.sid,
        "service_sid": service,
        "account_sid": twilio.account.account_sid,
        "max": bucket.max,
        "interval": bucket.interval,
        "date_created": iso(bucket.created_at),
        "date_updated": iso(bucket.updated_at),
        "url": f"{origin}/v2/Services/{service}/RateLimits/{limit.sid}/Buckets/{bucket.sid}",
    }
