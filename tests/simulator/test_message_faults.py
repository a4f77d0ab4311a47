"""Faults, log and counts know Messaging's endpoints."""

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import NUMBER, OTHER, Asking, Eventually, Meanwhile


def test_text_is_out_though_its_answer_was_lost(twilio: Asking, sim: SimulatorClient) -> None:
    """What correctness hangs on; the list tells the truth."""
    sim.fault("drop_after", "message")

    with pytest.raises(ConnectionResetError):
        twilio.text()

    assert sim.sent(NUMBER) == 1
    assert len(twilio.messages(To=NUMBER).json["messages"]) == 1


def test_text_dropped_before_processing_never_was(twilio: Asking, sim: SimulatorClient) -> None:
    """From outside it looks the same."""
    sim.fault("drop_before", "message")

    with pytest.raises(ConnectionError):
        twilio.text()

    assert (sim.sent(NUMBER), sim.messages(NUMBER)) == (0, [])


def test_late_text_does_not_need_its_client(
    twilio: Asking, sim: SimulatorClient, eventually: Eventually
) -> None:
    """A client that gave up does not stop Twilio."""
    sim.fault("process_late", "message", seconds=0.4)

    with pytest.raises(TimeoutError):
        twilio.text(timeout=0.1)

    assert sim.sent(NUMBER) == 0
    eventually(lambda: sim.sent(NUMBER) == 1)


def test_text_is_held_after_processing(twilio: Asking, sim: SimulatorClient, meanwhile: Meanwhile) -> None:
    """Twilio has sent it, nobody knows yet."""
    held = sim.fault("hold", "message", when="after")
    call = meanwhile(twilio.text)
    sim.wait_held(held)

    assert sim.sent(NUMBER) == 1
    sim.release(held)
    assert call.result().status == 201


@pytest.mark.parametrize(
    ("endpoint", "hit", "missed"),
    [("message", 0, (1, 2)), ("messages", 1, (0, 2)), ("message_fetch", 2, (0, 1))],
)
def test_fault_hits_its_endpoint_and_number_only(
    twilio: Asking, sim: SimulatorClient, endpoint: str, hit: int, missed: tuple[int, int]
) -> None:
    """A fetch is known by its message's number."""
    mine, other = twilio.text().json["sid"], twilio.text(to=OTHER).json["sid"]
    sim.fault("status", endpoint, to=NUMBER, times=None)
    calls = [lambda to, _: twilio.text(to=to), lambda to, _: twilio.messages(To=to)]
    calls.append(lambda _, sid: twilio.message(sid))

    assert calls[hit](NUMBER, mine).status == 503
    assert calls[hit](OTHER, other).status < 300
    assert all(calls[each](NUMBER, mine).status < 300 for each in missed)


def test_log_and_counts_name_the_endpoints(twilio: Asking, sim: SimulatorClient) -> None:
    """With the number each was about."""
    sid = twilio.text().json["sid"]
    twilio.messages(To=NUMBER)
    twilio.message(sid)

    assert sim.counts()["calls"] == {"message": 1, "messages": 1, "message_fetch": 1}
    assert [entry["twilio_status"] for entry in sim.requests(to=NUMBER)] == [201, 200, 200]
    (entry,) = sim.requests(endpoint="message")
    assert entry["form"]["Body"] == "인증번호 [483920]"


def test_text_above_the_concurrency_limit_is_not_sent(
    twilio: Asking, sim: SimulatorClient, meanwhile: Meanwhile
) -> None:
    """https://www.twilio.com/docs/api/errors/20429."""
    sim.switch(max_concurrency=1)
    held = sim.fault("hold", "message")
    first = meanwhile(twilio.text)
    sim.wait_held(held)

    assert twilio.text().code == (429, 20429)
    sim.release(held)
    assert first.result().status == 201
    assert sim.sent(NUMBER) == 1


def test_other_body_is_of_another_numbers_message(twilio: Asking, sim: SimulatorClient) -> None:
    """The last one, though Verify has sent to that number too; its text stays the asker's."""
    twilio.text(to=OTHER)
    theirs = twilio.text(to=OTHER).json["sid"]
    twilio.start(to=OTHER)
    sim.fault("other_body", "any", of=OTHER, times=3)

    answers = [twilio.text(Body="mine").json, twilio.message(sim.messages(NUMBER)[0]["sid"]).json]
    answers += twilio.messages(To=NUMBER).json["messages"]

    assert [(each["sid"], each["to"], each["body"]) for each in answers] == [(theirs, OTHER, "mine")] * 3


def test_other_body_of_a_number_without_messages_changes_nothing(
    twilio: Asking, sim: SimulatorClient
) -> None:
    """There is nothing to mix up."""
    sim.fault("other_body", "message", of=OTHER)

    assert twilio.text().json["to"] == NUMBER
