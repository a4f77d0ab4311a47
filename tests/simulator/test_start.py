"""POST …/Verifications."""

import json

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, NUMBER, OTHER, SERVICE, Asking, Fields, code_of


def test_start_answers_a_pending_verification_in_the_captured_form(
    twilio: Asking, sim: SimulatorClient
) -> None:
    """The body is the one that the live API was seen to give."""
    body = twilio.start().json

    attempt = sim.inbox(NUMBER)[0]
    assert body == {
        "sid": attempt["verification_sid"],
        "service_sid": ACCOUNT.service_sid,
        "account_sid": ACCOUNT.account_sid,
        "to": NUMBER,
        "channel": "sms",
        "status": "pending",
        "valid": False,
        "lookup": {"carrier": None},
        "amount": None,
        "payee": None,
        "send_code_attempts": [
            {"attempt_sid": attempt["attempt_sid"], "channel": "sms", "time": attempt["at"]}
        ],
        "date_created": attempt["at"][:19] + "Z",
        "date_updated": attempt["at"][:19] + "Z",
        "url": f"{twilio.url}{SERVICE}/Verifications/{attempt['verification_sid']}",
    }


def test_spec_form_answers_like_the_published_sample(twilio: Asking, sim: SimulatorClient) -> None:
    """The published samples differ from captures in four places."""
    sim.switch(answer_form="spec")

    body = twilio.start().json

    assert (body["lookup"], body["sna"]) == ({}, None)
    assert body["send_code_attempts"][0]["channel"] == "SMS"
    assert body["send_code_attempts"][0]["time"] == body["date_created"]


def test_the_code_never_appears_on_twilio_paths(twilio: Asking, sim: SimulatorClient) -> None:
    """Only the side door tells the code."""
    answers = [twilio.start(), twilio.fetch(), twilio.attempts()]

    assert all(code_of(sim) not in answer.text for answer in answers)


def test_resend_keeps_sid_code_and_end_of_life(twilio: Asking, sim: SimulatorClient) -> None:
    """A second start within the lifetime sends the same code once more."""
    first = twilio.start().json
    code = code_of(sim)
    sim.advance(400)

    second = twilio.start(channel="call").json

    assert (second["sid"], code_of(sim)) == (first["sid"], code)
    assert [sent["channel"] for sent in second["send_code_attempts"]] == ["sms", "call"]
    sim.advance(201)
    assert twilio.check(code).code == (404, 20404)


@pytest.mark.parametrize("updates", [True, False])
def test_resend_updates_the_date_if_switched(twilio: Asking, sim: SimulatorClient, *, updates: bool) -> None:
    """Whether a resend moves date_updated is a switch."""
    sim.switch(resend_updates_date=updates)
    first = twilio.start().json
    sim.advance(60)

    assert (twilio.start().json["date_updated"] != first["date_updated"]) is updates


def test_sixth_start_is_refused_until_expiry(twilio: Asking, sim: SimulatorClient) -> None:
    """Five sends for each verification: https://www.twilio.com/docs/api/errors/60203."""
    sids = {twilio.start().json["sid"] for _ in range(5)}

    assert twilio.start().code == (429, 60203)
    assert sim.sent(NUMBER) == 5
    sim.advance(600)
    assert twilio.start().json["sid"] not in sids


@pytest.mark.parametrize(("seconds", "header"), [(None, None), (7, "7")])
def test_limit_refusals_carry_retry_after_if_switched(
    twilio: Asking, sim: SimulatorClient, seconds: int | None, header: str | None
) -> None:
    """Whether 60203 names a wait is not documented, hence a switch."""
    sim.switch(max_sends=1, retry_after_seconds=seconds)
    twilio.start()

    assert twilio.start().headers.get("Retry-After") == header


def test_hasty_start_is_refused(twilio: Asking, sim: SimulatorClient) -> None:
    """Two starts closer than the gap: https://www.twilio.com/docs/api/errors/60212."""
    sim.switch(min_gap_seconds=30)
    twilio.start()

    assert twilio.start().code == (429, 60212)
    assert twilio.start(to=OTHER).status == 201
    sim.advance(30)
    assert twilio.start().status == 201


@pytest.mark.parametrize(
    ("form", "named"),
    [
        ({"to": ""}, "`To`"),
        ({"to": "01012345678"}, "`To`: 01012345678"),
        ({"to": "a@example.com"}, "`To`: a@example.com"),
        ({"channel": ""}, "`Channel`"),
        ({"channel": "pigeon"}, "`Channel`: pigeon"),
        ({"RateLimits": "no JSON"}, "`RateLimits`"),
        ({"RateLimits": '{"unknown": "a"}'}, "`RateLimits`"),
        ({"RiskCheck": "perhaps"}, "`RiskCheck`: perhaps"),
    ],
)
def test_wrong_parameter_is_named(twilio: Asking, sim: SimulatorClient, form: Fields, named: str) -> None:
    """A 60200 says which parameter is wrong, and nothing is sent."""
    reply = twilio.start(**form)

    assert reply.code == (400, 60200)
    assert f"Invalid parameter {named}" in reply.json["message"]
    assert sim.sent() == 0


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"CustomMessage": "hi"}, (403, 60243)),
        ({"CustomCode": "1234"}, (403, 60204)),
        ({"channel": "sna"}, (400, 60223)),
        ({"channel": "call", "AppHash": "abcdefghijk"}, (400, 60602)),
    ],
)
def test_unsupported_feature_is_refused(twilio: Asking, form: Fields, expected: tuple[int, int]) -> None:
    """What the service does not offer has an error code of its own."""
    assert twilio.start(**form).code == expected


def test_custom_code_is_sent_when_enabled(twilio: Asking, sim: SimulatorClient) -> None:
    """A code of the caller's own."""
    sim.switch(custom_code_enabled=True)

    twilio.start(CustomCode="2468")

    assert code_of(sim) == "2468"
    assert twilio.start(CustomCode="123").code == (400, 60200)


def test_email_and_auto_channels_start(twilio: Asking, sim: SimulatorClient) -> None:
    """An address for `email`; `auto` picks SMS."""
    assert twilio.start(to="a@example.com", channel="email").status == 201
    assert twilio.start(channel="auto").json["channel"] == "sms"


def test_code_has_the_set_length(twilio: Asking, sim: SimulatorClient) -> None:
    """code_length is the service's."""
    sim.switch(code_length=8)
    twilio.start()

    assert len(code_of(sim)) == 8


def test_idempotency_headers_are_ignored(twilio: Asking, sim: SimulatorClient) -> None:
    """Twilio has none: the same call twice acts twice."""
    form = {"To": NUMBER, "Channel": "sms"}
    headers = {"Idempotency-Key": "a", "I-Twilio-Idempotency-Token": "a"}

    for _ in range(2):
        twilio.call("POST", f"{SERVICE}/Verifications", form, headers)

    assert sim.sent(NUMBER) == 2


def test_json_body_is_no_form(twilio: Asking) -> None:
    """Parameters come as a form only."""
    headers = {"Content-Type": "application/json"}
    body = {"To": NUMBER, "Channel": "sms"}

    reply = twilio.call("POST", f"{SERVICE}/Verifications", body, headers)

    assert reply.code == (400, 60200)
    assert json.loads(reply.text)["more_info"].endswith("/60200")


def test_start_with_a_service_of_somebody_elses_is_not_found(twilio: Asking) -> None:
    """A wrong service sid looks like any other 404, with the path in it."""
    path = f"/v2/Services/VA{'9' * 32}/Verifications"

    reply = twilio.call("POST", path, {"To": NUMBER, "Channel": "sms"})

    assert reply.code == (404, 20404)
    assert reply.json["message"] == f"The requested resource {path} was not found"
