"""POST …/VerificationCheck."""

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, NUMBER, SERVICE, Asking, Meanwhile, code_of


def test_right_code_approves_once(twilio: Asking, sim: SimulatorClient) -> None:
    """The approval is seen in the very answer; after it the verification is gone."""
    started = twilio.start().json
    code = code_of(sim)

    approved = twilio.check(code)

    assert approved.status == 200
    assert approved.json == {
        "sid": started["sid"],
        "service_sid": ACCOUNT.service_sid,
        "account_sid": ACCOUNT.account_sid,
        "to": NUMBER,
        "channel": "sms",
        "status": "approved",
        "valid": True,
        "amount": None,
        "payee": None,
        "date_created": started["date_created"],
        "date_updated": approved.json["date_updated"],
    }
    assert twilio.check(code).code == (404, 20404)
    assert sim.verifications(NUMBER)[0]["status"] == "approved"


def test_check_by_sid_approves(twilio: Asking, sim: SimulatorClient) -> None:
    """A verification is found by its sid as well."""
    sid = twilio.start().json["sid"]

    assert twilio.check(code_of(sim), VerificationSid=sid).json["status"] == "approved"


def test_wrong_code_stays_pending(twilio: Asking, sim: SimulatorClient) -> None:
    """A wrong code costs a try and ends nothing."""
    twilio.start()
    code = code_of(sim)

    wrong = twilio.wrong_checks(4, code).json

    assert (wrong["status"], wrong["valid"]) == ("pending", False)
    assert twilio.check(code).json["status"] == "approved"


def test_check_after_five_wrong_ones_is_refused(twilio: Asking, sim: SimulatorClient) -> None:
    """Even the right code: https://www.twilio.com/docs/api/errors/60202."""
    twilio.start()
    code = code_of(sim)
    assert twilio.wrong_checks(5, code).json["status"] == "pending"

    assert twilio.check(code).code == (429, 60202)
    assert twilio.fetch().json["status"] == "pending"


def test_check_after_five_wrong_ones_is_not_found_if_switched(twilio: Asking, sim: SimulatorClient) -> None:
    """The check's own page says 404 instead."""
    sim.switch(after_max_checks="404")
    twilio.start()
    code = code_of(sim)
    twilio.wrong_checks(5, code)

    assert twilio.check(code).code == (404, 20404)
    assert twilio.fetch().code == (404, 20404)


def test_last_wrong_check_tells_so_if_switched(twilio: Asking, sim: SimulatorClient) -> None:
    """Which status the fifth wrong check answers is not documented."""
    sim.switch(fifth_wrong_check="max_attempts_reached")
    twilio.start()

    assert twilio.wrong_checks(4, code_of(sim)).json["status"] == "pending"
    assert twilio.wrong_checks(1, code_of(sim)).json["status"] == "max_attempts_reached"


def test_start_after_used_up_checks_is_refused(twilio: Asking, sim: SimulatorClient) -> None:
    """The error dictionary has one wait for the expiry."""
    twilio.start()
    twilio.wrong_checks(5, code_of(sim))

    assert twilio.start().code == (429, 60202)
    sim.advance(600)
    assert twilio.start().status == 201


def test_start_after_used_up_checks_is_new_if_switched(twilio: Asking, sim: SimulatorClient) -> None:
    """Twilio's blog says that a new verification may follow at once."""
    sim.switch(start_after_max_checks="allowed")
    first = twilio.start().json["sid"]
    twilio.wrong_checks(5, code_of(sim))

    second = twilio.start().json["sid"]

    assert second != first
    assert [known["status"] for known in sim.verifications(NUMBER)] == [
        "max_attempts_reached",
        "pending",
    ]
    assert twilio.check(code_of(sim)).json["sid"] == second


@pytest.mark.parametrize(("resets", "status"), [(False, 429), (True, 200)])
def test_resend_resets_the_tries_if_switched(
    twilio: Asking, sim: SimulatorClient, *, resets: bool, status: int
) -> None:
    """Whether a resend gives new tries is not documented."""
    sim.switch(resend_resets_checks=resets)
    twilio.start()
    twilio.wrong_checks(3, code_of(sim))
    twilio.start()
    twilio.wrong_checks(2, code_of(sim))

    assert twilio.check(code_of(sim)).status == status


@pytest.mark.parametrize("code", ["", "123", "12345678901"])
def test_code_of_wrong_length_is_invalid_and_free(twilio: Asking, sim: SimulatorClient, code: str) -> None:
    """It is refused before it is compared."""
    twilio.start()

    assert twilio.check(code).code == (400, 60200)
    assert sim.verifications()[0]["failed_checks"] == 0


def test_check_without_number_and_sid_is_refused(twilio: Asking) -> None:
    """https://www.twilio.com/docs/api/errors/60221."""
    reply = twilio.call("POST", f"{SERVICE}/VerificationCheck", {"Code": "123456"})

    assert reply.code == (400, 60221)


def test_never_started_expired_and_canceled_look_alike(twilio: Asking, sim: SimulatorClient) -> None:
    """One 404 for all causes."""
    replies = [twilio.check("123456")]
    twilio.start()
    sim.advance(600)
    replies.append(twilio.check(code_of(sim)))
    twilio.start()
    twilio.update("canceled")
    replies.append(twilio.check(code_of(sim)))

    assert {(reply.status, reply.text) for reply in replies} == {(404, replies[0].text)}


def test_lifetime_is_settable(twilio: Asking, sim: SimulatorClient) -> None:
    """Twilio's support sets it for each service."""
    sim.switch(ttl_seconds=120)
    twilio.start()
    sim.advance(121)

    assert twilio.check(code_of(sim)).status == 404


def test_check_answers_201_in_spec_form_if_switched(twilio: Asking, sim: SimulatorClient) -> None:
    """The schema lists 201 as well, and a field that captures lack."""
    sim.switch(check_status=201, answer_form="spec")
    twilio.start()

    reply = twilio.check(code_of(sim))

    assert (reply.status, reply.json["sna_attempts_error_codes"]) == (201, [])


def test_of_parallel_right_checks_one_is_approved(
    twilio: Asking, sim: SimulatorClient, meanwhile: Meanwhile
) -> None:
    """Answers are atomic: one 200, all others 404."""
    sim.switch(latency_seconds=0.05)
    twilio.start()
    code = code_of(sim)

    calls = [meanwhile(twilio.check, code) for _ in range(8)]

    assert sorted(call.result().status for call in calls) == [200, *[404] * 7]
