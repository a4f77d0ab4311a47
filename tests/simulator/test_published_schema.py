"""Answers against Twilio's published OpenAPI description, under a fuzzed client."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.client import SimulatorClient
from tests.simulator.asking import (
    ACCOUNT,
    MESSAGES,
    NUMBER,
    SERVICE,
    THROUGH_SERVICE,
    Asking,
    Fields,
    Reply,
    code_of,
)
from tests.simulator.fuzzing import Fuzzer, steps, switches
from tests.simulator.published import FILES, Published


@pytest.fixture(scope="session")
def published() -> Published:
    """The descriptions, where they can be had."""
    missing = [str(file) for file in FILES if not file.exists()]
    if missing:
        pytest.skip(f"Twilio's OpenAPI description is not at {' and '.join(missing)}: set OPENAPI_DIR")
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


@pytest.mark.parametrize(
    "sender", [{"From": ACCOUNT.from_number}, THROUGH_SERVICE], ids=["number", "service"]
)
@pytest.mark.parametrize("script", ["delivered", "undelivered", "failed", "sent"])
def test_message_is_as_published_on_all_its_way(
    published: Published, twilio: Asking, sim: SimulatorClient, sender: dict[str, str], script: str
) -> None:
    """In the answer to the POST, at each step, and in the list."""
    sim.switch(message_scripts={NUMBER: {"message_status": script, "error_code": "30008"}})
    created = twilio.text(**sender)
    published.validate("POST", f"{MESSAGES}.json", created)
    sid = created.json["sid"]

    for seconds in (0, 0.3, 0.3, 0.5, 3):
        sim.advance(seconds)
        published.validate("GET", f"{MESSAGES}/{sid}.json", twilio.message(sid))
        published.validate("GET", f"{MESSAGES}.json", twilio.messages(To=NUMBER))

    assert twilio.message(sid).json["status"] == script


@pytest.mark.parametrize("reply", ["create", "fetch", "read"])
def test_message_has_the_fields_of_twilios_own_example(
    published: Published, twilio: Asking, reply: str
) -> None:
    """The description calls nothing required, its examples leave nothing out."""
    created = twilio.text()
    replies: dict[str, Reply] = {
        "create": created,
        "fetch": twilio.message(created.json["sid"]),
        "read": twilio.messages(),
    }
    path = f"{MESSAGES}/SM.json" if reply == "fetch" else f"{MESSAGES}.json"
    method = "POST" if reply == "create" else "GET"

    (*_, example) = published.examples(method, path)

    assert set(replies[reply].json) == set(example)


def test_messaging_configurations_are_as_published(
    published: Published, twilio: Asking, sim: SimulatorClient
) -> None:
    """The only one of the console's paths whose description is Verify's."""
    sim.switch(sender_countries=["KR", "JP"])
    path = f"{SERVICE}/MessagingConfigurations"

    published.validate("GET", path, twilio.get(path))
