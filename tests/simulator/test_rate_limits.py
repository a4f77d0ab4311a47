"""…/RateLimits and …/Buckets, and what they do to starts."""

import json

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import NUMBER, OTHER, SERVICE, Asking, Fields, Reply

LIMITS = f"{SERVICE}/RateLimits"


@pytest.fixture
def limit(twilio: Asking) -> str:
    """A limit `intent` of one start in 600 seconds."""
    made = twilio.call("POST", LIMITS, {"UniqueName": "intent", "Description": "d"})
    sid = str(made.json["sid"])
    twilio.call("POST", f"{LIMITS}/{sid}/Buckets", {"Max": "1", "Interval": "600"})
    return sid


def limited(twilio: Asking, value: str, to: str = NUMBER) -> Reply:
    """A start under the limit."""
    return twilio.start(to=to, RateLimits=json.dumps({"intent": value}))


def test_rate_limit_is_made_read_changed_and_deleted(twilio: Asking, limit: str) -> None:
    """By sid or by unique name."""
    read = twilio.get(f"{LIMITS}/{limit}").json
    assert (read["unique_name"], read["description"]) == ("intent", "d")
    assert twilio.get(f"{LIMITS}/intent").json == read
    assert [each["sid"] for each in twilio.get(LIMITS).json["rate_limits"]] == [limit]

    changed = twilio.call("POST", f"{LIMITS}/{limit}", {"Description": "new"}).json

    assert changed["description"] == "new"
    assert twilio.call("DELETE", f"{LIMITS}/{limit}").status == 204
    assert twilio.get(f"{LIMITS}/{limit}").code == (404, 20404)


def test_bucket_is_made_read_changed_and_deleted(twilio: Asking, limit: str) -> None:
    """As the limits."""
    (bucket,) = twilio.get(f"{LIMITS}/{limit}/Buckets").json["buckets"]
    path = f"{LIMITS}/{limit}/Buckets/{bucket['sid']}"
    assert twilio.get(path).json == bucket

    changed = twilio.call("POST", path, {"Max": "3", "Interval": "60"}).json

    assert (changed["max"], changed["interval"]) == (3, 60)
    assert twilio.call("DELETE", path).status == 204
    assert twilio.get(path).code == (404, 20404)


@pytest.mark.parametrize(
    ("path", "form", "code"),
    [
        (LIMITS, {"UniqueName": "not a name"}, 60209),
        (LIMITS, {"UniqueName": "intent"}, 60208),
        (f"{LIMITS}/intent/Buckets", {"Max": "5", "Interval": "600"}, 60211),
        (f"{LIMITS}/intent/Buckets", {"Max": "0", "Interval": "5"}, 60200),
        (f"{LIMITS}/intent/Buckets", {"Max": "5"}, 60200),
    ],
)
def test_wrong_limit_or_bucket_is_refused(
    twilio: Asking, limit: str, path: str, form: Fields, code: int
) -> None:
    """Each mistake has its error code."""
    assert twilio.call("POST", path, form).code == (400, code)


def test_used_up_value_may_not_start(twilio: Asking, sim: SimulatorClient, limit: str) -> None:
    """429 with both headers, until the interval is over; other values are free."""
    assert limited(twilio, "a").status == 201
    sim.advance(590)

    refused = limited(twilio, "a")

    assert refused.code == (429, 20429)
    assert refused.headers["Twilio-Reached-Rate-Limit"] == "intent"
    assert 8 <= int(refused.headers["Retry-After"]) <= 10
    assert limited(twilio, "b").status == 201
    sim.advance(10)
    assert limited(twilio, "a").status == 201


@pytest.mark.parametrize(("counts", "status"), [(False, 201), (True, 429)])
def test_refused_start_uses_up_the_limit_if_switched(
    twilio: Asking, sim: SimulatorClient, limit: str, *, counts: bool, status: int
) -> None:
    """Whether a start that Twilio refuses for another reason counts is not documented."""
    sim.switch(rate_limits_count_refused=counts, opted_out=[OTHER], max_sends=1)
    twilio.start()
    assert limited(twilio, "a").code == (429, 60203)
    twilio.update("canceled")

    assert limited(twilio, "a").status == status


def test_limit_without_buckets_limits_nothing(twilio: Asking) -> None:
    """A name alone has no figure."""
    twilio.call("POST", LIMITS, {"UniqueName": "intent"})

    assert {limited(twilio, "a").status for _ in range(3)} == {201}
