"""…/RateLimits and …/Buckets: make, list, read, change, delete.

https://www.twilio.com/docs/verify/api/service-rate-limits, …/service-rate-limit-buckets
"""

import re
from functools import partial

from simulator.exchange import Answer, Call
from simulator.sids import new_sid
from simulator.verify.paging import page_body
from simulator.verify.rate_limit import Bucket, RateLimit
from simulator.verify.rate_limit_bodies import bucket_body, rate_limit_body
from simulator.verify.twilio import Twilio

_UNIQUE_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


def create_rate_limit(twilio: Twilio, call: Call, service: str) -> Answer:
    """A named limit, without buckets yet."""
    name = call.form.get("UniqueName", "")
    if not _UNIQUE_NAME.fullmatch(name):
        raise twilio.refusal(400, 60209, f"Invalid rate limit name: {name}")
    if name in twilio.rate_limits:
        raise twilio.refusal(400, 60208, f"Rate limit already exists: {name}")
    now = twilio.clock.now()
    limit = RateLimit(
        sid=new_sid("RK"),
        unique_name=name,
        description=call.form.get("Description"),
        created_at=now,
        updated_at=now,
    )
    twilio.rate_limits[name] = limit
    return Answer(status=201, body=rate_limit_body(twilio, service, call.origin, limit))


def list_rate_limits(twilio: Twilio, call: Call, service: str) -> Answer:
    """All limits of the service."""
    render = partial(rate_limit_body, twilio, service, call.origin)
    limits = list(twilio.rate_limits.values())
    return Answer(status=200, body=page_body(twilio, call, "rate_limits", limits, render))


def fetch_rate_limit(twilio: Twilio, call: Call, service: str, limit: str) -> Answer:
    """One limit, by sid or unique name."""
    found = _limit(twilio, call, limit)
    return Answer(status=200, body=rate_limit_body(twilio, service, call.origin, found))


def update_rate_limit(twilio: Twilio, call: Call, service: str, limit: str) -> Answer:
    """Only the description can change."""
    found = _limit(twilio, call, limit)
    found.description = call.form.get("Description", found.description)
    found.updated_at = twilio.clock.now()
    return Answer(status=200, body=rate_limit_body(twilio, service, call.origin, found))


def delete_rate_limit(twilio: Twilio, call: Call, service: str, limit: str) -> Answer:  # noqa: ARG001
    """Gone with its buckets and counts."""
    del twilio.rate_limits[_limit(twilio, call, limit).unique_name]
    return Answer(status=204)


def create_bucket(twilio: Twilio, call: Call, service: str, limit: str) -> Answer:
    """One speed of a limit."""
    found = _limit(twilio, call, limit)
    most, interval = _whole(twilio, call, "Max"), _whole(twilio, call, "Interval")
    if any(bucket.interval == interval for bucket in found.buckets.values()):
        raise twilio.refusal(400, 60211, f"Bucket already exists: {interval}")
    now = twilio.clock.now()
    bucket = Bucket(sid=new_sid("BL"), max=most, interval=interval, created_at=now, updated_at=now)
    found.buckets[bucket.sid] = bucket
    body = bucket_body(twilio, service, call.origin, found, bucket)
    return Answer(status=201, body=body)


def list_buckets(twilio: Twilio, call: Call, service: str, limit: str) -> Answer:
    """All buckets of one limit."""
    found = _limit(twilio, call, limit)
    render = partial(bucket_body, twilio, service, call.origin, found)
    buckets = list(found.buckets.values())
    return Answer(status=200, body=page_body(twilio, call, "buckets", buckets, render))


def fetch_bucket(twilio: Twilio, call: Call, service: str, limit: str, bucket: str) -> Answer:
    """One bucket."""
    found = _limit(twilio, call, limit)
    body = bucket_body(twilio, service, call.origin, found, _bucket(twilio, call, found, bucket))
    return Answer(status=200, body=body)


def update_bucket(twilio: Twilio, call: Call, service: str, limit: str, bucket: str) -> Answer:
    """Change its figures."""
    owner = _limit(twilio, call, limit)
    found = _bucket(twilio, call, owner, bucket)
    if "Max" in call.form:
        found.max = _whole(twilio, call, "Max")
    if "Interval" in call.form:
        found.interval = _whole(twilio, call, "Interval")
    found.updated_at = twilio.clock.now()
    return Answer(status=200, body=bucket_body(twilio, service, call.origin, owner, found))


def delete_bucket(twilio: Twilio, call: Call, service: str, limit: str, bucket: str) -> Answer:  # noqa: ARG001
    """Gone at once."""
    owner = _limit(twilio, call, limit)
    del owner.buckets[_bucket(twilio, call, owner, bucket).sid]
    return Answer(status=204)


def _limit(twilio: Twilio, call: Call, key: str) -> RateLimit:
    for limit in twilio.rate_limits.values():
        if key in {limit.sid, limit.unique_name}:
            return limit
    raise twilio.not_found(call)


def _bucket(twilio: Twilio, call: Call, limit: RateLimit, sid: str) -> Bucket:
    if sid not in limit.buckets:
        raise twilio.not_found(call)
    return limit.buckets[sid]


def _whole(twilio: Twilio, call: Call, name: str) -> int:
    text = call.form.get(name, "")
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise twilio.invalid(name, text)
    return int(text)
