"""Answers against Twilio's published OpenAPI description, under a fuzzed client."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, NUMBER, SERVICE, Asking, Fields, code_of
from tests.simulator.fuzzing import Fuzzer, steps, switches
from tests.simulator.published import FILE, Published


@pytest.fixture(scope="session")
def published() -> Published:
    """The description, where it can be had."""
    if not FILE.exists():
        pytest.skip(f"Twilio's OpenAPI description is not at {FILE}: set OPENAPI_DIR")
    return Published()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(changes=switches, run=st.lists(steps, min_size=5, max_size=25))
def test_every_answer_of_a_fuzzed_run_is_one_that_twilio_publishes(
    published: Published, served: tuple[str, SimulatorClient], changes: Fields, run: list[tuple[str, object]]
) -> None:
    """Under any switches, whatever is asked: no answer of another shape, no server error."""
    served[1].reset()
    served[1].switch(**changes)
    fuzzer = Fuzzer(published, served)

    for name, value in run:
        fuzzer.take(name, value)


@pytest.mark.parametrize("form", ["captured", "spec"])
def test_every_endpoint_answers_as_published(
    published: Published, twilio: Asking, sim: SimulatorClient, form: Fields
) -> None:
    """Each once, in both forms, so that no fuzzed run can miss one."""
    sim.switch(answer_form=form)
    bucket = {"Max": "5", "Interval": "60"}
    started = twilio.start().json
    attempt = started["send_code_attempts"][0]["attempt_sid"]
    calls: list[tuple[str, str, dict[str, str] | None]] = [
        ("POST", f"{SERVICE}/Verifications", {"To": NUMBER, "Channel": "sms"}),
        ("GET", f"{SERVICE}/Verifications/{started['sid']}", None),
        ("POST", f"{SERVICE}/VerificationCheck", {"To": NUMBER, "Code": code_of(sim)}),
        ("GET", "/v2/Attempts", None),
        ("GET", "/v2/Attempts/Summary", None),
        ("GET", f"/v2/Attempts/{attempt}", None),
        ("GET", SERVICE, None),
        ("POST", SERVICE, {"CodeLength": "4"}),
        ("POST", f"{SERVICE}/RateLimits", {"UniqueName": "a"}),
        ("POST", f"{SERVICE}/RateLimits/a/Buckets", bucket),
        ("GET", f"{SERVICE}/RateLimits/a/Buckets", None),
        ("GET", f"{SERVICE}/RateLimits", None),
        ("GET", f"{SERVICE}/RateLimits/a", None),
        ("POST", f"{SERVICE}/RateLimits/a", {"Description": "b"}),
        ("DELETE", f"{SERVICE}/RateLimits/a", None),
    ]

    for method, path, fields in calls:
        reply = twilio.call(method, path, fields)
        assert reply.status < 300, (path, reply.text)
        published.validate(method, path, reply)

    assert started["account_sid"] == ACCOUNT.account_sid
