"""Each fault, seen from the client and from the request log."""

import http.client
import json

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import NUMBER, OTHER, Asking, Eventually, Meanwhile, code_of

GONE = (ConnectionError, http.client.RemoteDisconnected, http.client.IncompleteRead)


def last(sim: SimulatorClient) -> tuple[str | None, bool, int | None, int | None]:
    """The last call as the log has it: fault, processed, what Twilio decided, what was answered."""
    entry = sim.requests()[-1]
    return entry["fault"], entry["processed"], entry["twilio_status"], entry["status"]


def test_dropped_before_processing_sends_nothing(twilio: Asking, sim: SimulatorClient) -> None:
    """The connection ends and Twilio has not acted."""
    sim.fault("drop_before", "start")

    with pytest.raises(GONE):
        twilio.start()

    assert (sim.sent(NUMBER), last(sim)) == (0, ("drop_before", False, None, None))


def test_dropped_after_processing_has_sent(twilio: Asking, sim: SimulatorClient) -> None:
    """The connection is reset and the SMS is out: what correctness hangs on."""
    sim.fault("drop_after", "start")

    with pytest.raises(ConnectionResetError):
        twilio.start()

    assert (sim.sent(NUMBER), last(sim)) == (1, ("drop_after", True, 201, None))


@pytest.mark.parametrize(("processed", "sent"), [(True, 1), (False, 0)])
def test_unanswered_call_ends_with_the_clients_patience(
    twilio: Asking, sim: SimulatorClient, *, processed: bool, sent: int
) -> None:
    """Processed or not, nothing comes back."""
    sim.fault("never_answer", "start", processed=processed)

    with pytest.raises(TimeoutError):
        twilio.start(timeout=0.2)

    assert sim.sent(NUMBER) == sent


def test_late_processing_does_not_need_the_client(
    twilio: Asking, sim: SimulatorClient, eventually: Eventually
) -> None:
    """A client that gave up does not stop Twilio."""
    sim.fault("process_late", "start", seconds=0.4)

    with pytest.raises(TimeoutError):
        twilio.start(timeout=0.1)

    assert sim.sent(NUMBER) == 0
    eventually(lambda: sim.sent(NUMBER) == 1)


@pytest.mark.parametrize(("when", "sent"), [("before", 0), ("after", 1)])
def test_delay_is_before_or_after_processing(
    twilio: Asking, sim: SimulatorClient, when: str, sent: int, meanwhile: Meanwhile, eventually: Eventually
) -> None:
    """What a client that gives up early has caused."""
    sim.fault("delay", "start", seconds=0.5, when=when)

    call = meanwhile(twilio.start)
    eventually(lambda: sim.counts()["in_flight"] == 1)

    assert sim.sent(NUMBER) == sent
    assert call.result().status == 201
    assert sim.sent(NUMBER) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_status_answers_twilios_error_body(twilio: Asking, sim: SimulatorClient, status: int) -> None:
    """Unprocessed unless asked otherwise."""
    sim.fault("status", "start", status=status)

    assert twilio.start().code == (status, 20000 + status)
    assert sim.sent(NUMBER) == 0


@pytest.mark.parametrize(("form", "begins"), [("html", "<html>"), ("empty", "")])
def test_status_answers_without_json(twilio: Asking, sim: SimulatorClient, form: str, begins: str) -> None:
    """As edges in front of an API do."""
    sim.fault("status", "start", status=502, body_form=form, processed=True)

    reply = twilio.start()

    assert (reply.status, reply.text[:6]) == (502, begins)
    assert sim.sent(NUMBER) == 1


def test_status_carries_limit_headers_and_any_code(twilio: Asking, sim: SimulatorClient) -> None:
    """Any error of Twilio's catalogue can be had."""
    sim.fault(
        "status",
        "check",
        status=429,
        code=60202,
        message="Max check attempts reached",
        retry_after="30",
        reached_rate_limit="intent",
    )

    reply = twilio.check("123456")

    assert reply.code == (429, 60202)
    assert reply.headers["Retry-After"] == "30"
    assert reply.headers["Twilio-Reached-Rate-Limit"] == "intent"


def test_truncated_json_is_a_whole_answer_with_half_a_body(twilio: Asking, sim: SimulatorClient) -> None:
    """The HTTP is right, the JSON is not."""
    sim.fault("truncated_json", "start")

    reply = twilio.start()

    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.text)
    assert (reply.status, sim.sent(NUMBER)) == (201, 1)


def test_cut_answer_breaks_off(twilio: Asking, sim: SimulatorClient) -> None:
    """The length that was promised never arrives."""
    sim.fault("cut_answer", "start")

    with pytest.raises(GONE):
        twilio.start()

    assert sim.sent(NUMBER) == 1


@pytest.mark.parametrize(("processed", "status"), [(True, 201), (False, 200)])
def test_wrong_json_is_a_page_under_a_good_status(
    twilio: Asking, sim: SimulatorClient, *, processed: bool, status: int
) -> None:
    """A captive portal or a proxy's page."""
    sim.fault("wrong_json", "start", processed=processed)

    reply = twilio.start()

    assert (reply.status, reply.headers["Content-Type"]) == (status, "text/html")
    assert sim.sent(NUMBER) == int(processed)


def test_other_body_is_somebody_elses(twilio: Asking, sim: SimulatorClient) -> None:
    """What a mixed-up connection would hand over: an approval of another number."""
    other = twilio.start(to=OTHER).json["sid"]
    twilio.start()
    sim.fault("other_body", "check", of=OTHER)

    body = twilio.check(code_of(sim)).json

    assert (body["sid"], body["to"], body["status"]) == (other, OTHER, "approved")


def test_other_body_is_what_was_given(twilio: Asking, sim: SimulatorClient) -> None:
    """Any JSON under any status."""
    sim.fault("other_body", "start", body={"status": "approved"}, status=200)

    reply = twilio.start()

    assert (reply.status, reply.json) == (200, {"status": "approved"})


def test_problem_details_have_all_their_members(twilio: Asking, sim: SimulatorClient) -> None:
    """https://www.rfc-editor.org/rfc/rfc9457."""
    sim.fault("rfc9457", "start", status=429, code=20429, retry_after="1")

    reply = twilio.start()

    assert reply.code == (429, 20429)
    assert {"type", "title", "status", "code", "detail", "instance", "errors"} == set(reply.json)
    assert reply.headers["Retry-After"] == "1"


def test_redirect_leads_elsewhere(twilio: Asking, sim: SimulatorClient) -> None:
    """Unprocessed."""
    sim.fault("redirect", "start", location="/elsewhere")

    reply = twilio.start()

    assert (reply.status, reply.headers["Location"]) == (307, "/elsewhere")
    assert sim.sent(NUMBER) == 0


def test_fault_hits_the_nth_call_that_many_times(twilio: Asking, sim: SimulatorClient) -> None:
    """Counted from when it was posted."""
    sim.fault("status", "start", nth=2, times=2)

    assert [twilio.start().status for _ in range(4)] == [201, 503, 503, 201]


def test_fault_hits_until_removed(twilio: Asking, sim: SimulatorClient) -> None:
    """`times` of null."""
    fault = sim.fault("status", times=None)
    assert {twilio.fetch().status for _ in range(3)} == {503}

    sim.remove_fault(fault)

    assert twilio.fetch().status == 404


def test_fault_hits_its_endpoint_and_number_only(twilio: Asking, sim: SimulatorClient) -> None:
    """Others pass."""
    sim.fault("status", "start", to=OTHER)

    assert twilio.start().status == 201
    assert twilio.check("123456", to=OTHER).status == 404
    assert twilio.start(to=OTHER).status == 503


@pytest.mark.parametrize("ask", ["check", "fetch", "attempts"])
def test_fault_by_number_finds_calls_by_sid(twilio: Asking, sim: SimulatorClient, ask: str) -> None:
    """A call may name its number by the verification's sid."""
    sid = twilio.start().json["sid"]
    sim.fault("status", ask, to=NUMBER)
    calls = {
        "check": lambda: twilio.check("123456", VerificationSid=sid),
        "fetch": lambda: twilio.fetch(sid),
        "attempts": lambda: twilio.attempts(VerificationSid=sid),
    }

    assert calls[ask]().status == 503


def test_first_due_fault_wins_and_the_others_count(twilio: Asking, sim: SimulatorClient) -> None:
    """One fault for each call."""
    sim.fault("status", "start", status=500)
    sim.fault("status", "start", status=502, nth=2)

    assert [twilio.start().status for _ in range(3)] == [500, 502, 201]
    assert [(rule["seen"], rule["hits"]) for rule in sim.faults()] == [(3, 1), (3, 1)]


def test_all_faults_can_be_removed(twilio: Asking, sim: SimulatorClient) -> None:
    """The list is empty then."""
    sim.fault("status", times=None)
    sim.fault("drop_before")

    sim.remove_fault()

    assert (sim.faults(), twilio.start().status) == ([], 201)
