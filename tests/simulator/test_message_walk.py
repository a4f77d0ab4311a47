"""The way of a message, on the simulator's clock."""

from email.utils import parsedate_to_datetime

import pytest

from simulator.client import SideDoorError, SimulatorClient
from tests.simulator.asking import ACCOUNT, NUMBER, OTHER, THROUGH_SERVICE, Asking, Fields

SLOW = {"message_sent_seconds": 1000, "message_delivered_seconds": 3000}


def read(twilio: Asking, sid: str) -> Fields:
    """The message as Twilio tells it."""
    return twilio.message(sid).json


def seconds(message: Fields, name: str) -> float:
    """How long after its making that date of a message's is."""
    begun = parsedate_to_datetime(message["date_created"])
    return (parsedate_to_datetime(message[name]) - begun).total_seconds()


def test_message_goes_from_accepted_to_delivered(twilio: Asking, sim: SimulatorClient) -> None:
    """Every status on the way can be seen; sender, segments, date and price come when they are known."""
    sim.switch(**SLOW)
    sid = twilio.text(**THROUGH_SERVICE).json["sid"]
    seen = []

    for later in (0, 300, 300, 500, 2000):
        sim.advance(later)
        seen.append(read(twilio, sid))

    assert [each["status"] for each in seen] == ["accepted", "queued", "sending", "sent", "delivered"]
    assert [each["from"] for each in seen] == [None] + [ACCOUNT.from_number] * 4
    assert [each["num_segments"] for each in seen] == ["0", "1", "1", "1", "1"]
    assert [each["date_sent"] is None for each in seen] == [True, True, True, False, False]
    assert [each["price"] for each in seen] == [None, None, None, "-0.05000", "-0.05000"]
    assert {each["error_code"] for each in seen} == {None}


def test_dates_tell_when_each_step_was_taken(twilio: Asking, sim: SimulatorClient) -> None:
    """Not when somebody looked."""
    sim.switch(**SLOW)
    sid = twilio.text().json["sid"]
    sim.advance(5000)

    message = read(twilio, sid)

    assert (seconds(message, "date_sent"), seconds(message, "date_updated")) == (1000, 3000)


def test_default_way_is_quick(twilio: Asking, sim: SimulatorClient) -> None:
    """Sent after one second, delivered after three."""
    sid = twilio.text().json["sid"]

    sim.advance(3)

    message = read(twilio, sid)
    assert message["status"] == "delivered"
    assert (seconds(message, "date_sent"), seconds(message, "date_updated")) == (1, 3)


def test_answer_to_the_post_shows_the_first_step_however_quick_the_way(
    twilio: Asking, sim: SimulatorClient
) -> None:
    """Twilio answers before it sends."""
    sim.switch(message_sent_seconds=0, message_delivered_seconds=0)

    created = twilio.text().json

    assert (created["status"], created["date_sent"]) == ("queued", None)
    assert read(twilio, created["sid"])["status"] == "delivered"


@pytest.mark.parametrize(
    ("script", "status", "arrived"),
    [
        ({"message_status": "undelivered", "error_code": "30003"}, "undelivered", 1),
        ({"message_status": "failed", "error_code": "30001"}, "failed", 0),
        ({"message_status": "sent"}, "sent", 1),
        ({"message_status": "sending"}, "sending", 1),
    ],
)
def test_script_decides_how_it_ends(
    twilio: Asking, sim: SimulatorClient, script: Fields, status: str, arrived: int
) -> None:
    """Only of texts to that number; what failed never left."""
    sim.switch(message_scripts={NUMBER: script})
    sid, other = twilio.text().json["sid"], twilio.text(to=OTHER).json["sid"]
    sim.advance(3600)

    message = read(twilio, sid)

    code = script.get("error_code")
    assert (message["status"], message["error_code"]) == (status, None if code is None else int(code))
    assert (message["error_message"] is None) == (code is None)
    assert sim.sent(NUMBER) == arrived
    assert read(twilio, other)["status"] == "delivered"


def test_error_shows_when_the_message_ends(twilio: Asking, sim: SimulatorClient) -> None:
    """Until then nobody knows."""
    script = {"message_status": "undelivered", "error_code": "30005"}
    sim.switch(message_scripts={NUMBER: script}, **SLOW)
    sid = twilio.text().json["sid"]

    sim.advance(1000)
    assert (read(twilio, sid)["status"], read(twilio, sid)["error_code"]) == ("sent", None)
    sim.advance(2000)
    assert read(twilio, sid)["error_message"] == "Unknown destination handset"


def test_unknown_error_code_has_words_too(twilio: Asking, sim: SimulatorClient) -> None:
    """Any 30xxx can be had."""
    sim.switch(message_scripts={NUMBER: {"message_status": "undelivered", "error_code": "30999"}})
    sid = twilio.text().json["sid"]
    sim.advance(3)

    assert read(twilio, sid)["error_message"] == "Unknown error"


def test_one_script_serves_both_services(twilio: Asking, sim: SimulatorClient) -> None:
    """The Attempts API tells of Verify's text what Messaging tells of its own."""
    sim.switch(message_scripts={NUMBER: {"message_status": "undelivered", "error_code": "30008"}})
    twilio.start()
    sid = twilio.text().json["sid"]
    sim.advance(3)

    data = twilio.attempts().json["attempts"][0]["channel_data"]
    message = read(twilio, sid)
    assert (data["message_status"], data["error_code"]) == ("undelivered", "30008")
    assert (message["status"], message["error_code"]) == ("undelivered", 30008)


def test_queued_text_arrives_when_it_leaves(twilio: Asking, sim: SimulatorClient) -> None:
    """Nothing is on the phone before; then the reports follow."""
    sim.switch(message_queue_seconds=60, message_delivered_seconds=1000)
    sid = twilio.text(**THROUGH_SERVICE, Body="1234").json["sid"]

    sim.advance(50)
    assert (read(twilio, sid)["status"], sim.sent(NUMBER), sim.code(NUMBER)) == ("queued", 0, None)
    sim.advance(11)
    assert (read(twilio, sid)["status"], sim.sent(NUMBER), sim.code(NUMBER)) == ("sent", 1, "1234")


@pytest.mark.parametrize("sender", [{}, THROUGH_SERVICE], ids=["number", "service"])
@pytest.mark.parametrize(
    "script", [{"queue_seconds": 3001}, {"message_status": "queued"}], ids=["queue", "stuck"]
)
def test_text_whose_validity_is_over_in_the_queue_fails(
    twilio: Asking, sim: SimulatorClient, sender: dict[str, str], script: Fields
) -> None:
    """https://www.twilio.com/docs/api/errors/30036; it never arrives, however long one waits."""
    sim.switch(message_scripts={NUMBER: script})
    sid = twilio.text(ValidityPeriod="3000", **sender).json["sid"]

    sim.advance(2900)
    assert read(twilio, sid)["status"] == "queued"
    sim.advance(100)

    message = read(twilio, sid)
    assert (message["status"], message["error_code"], message["date_sent"]) == ("failed", 30036, None)
    sim.advance(3600)
    assert (read(twilio, sid)["status"], sim.sent(NUMBER)) == ("failed", 0)


def test_text_within_its_validity_leaves(twilio: Asking, sim: SimulatorClient) -> None:
    """The queue of a number wins over everybody's."""
    sim.switch(message_queue_seconds=60, message_scripts={NUMBER: {"queue_seconds": 30}})
    twilio.text(ValidityPeriod="30")
    twilio.text(to=OTHER, ValidityPeriod="30")

    sim.advance(61)

    assert (sim.sent(NUMBER), sim.sent(OTHER)) == (1, 0)


def test_side_door_tells_how_it_really_is(twilio: Asking, sim: SimulatorClient) -> None:
    """Without anybody asking Twilio."""
    sim.set_clock("2030-01-31T09:00:00Z")
    sid = twilio.text(**THROUGH_SERVICE, Body="1234", ValidityPeriod="600").json["sid"]
    sim.advance(3)

    (message,) = sim.messages(NUMBER)

    created = message.pop("date_created")
    assert created == message.pop("left_at")
    assert created.startswith("2030-01-31T09:00:0")
    assert message.pop("date_sent") > created
    assert message == {
        "sid": sid,
        "to": NUMBER,
        "from": ACCOUNT.from_number,
        "messaging_service_sid": ACCOUNT.messaging_service_sid,
        "body": "1234",
        "status": "delivered",
        "error_code": None,
        "validity_period": 600,
    }


@pytest.mark.parametrize("script", [{"error_code": "soon"}, {"queue_seconds": -1}, {"delay": 1}])
def test_wrong_script_is_refused(sim: SimulatorClient, script: Fields) -> None:
    """A misspelt script must not pass for one."""
    with pytest.raises(SideDoorError, match=next(iter(script))):
        sim.switch(message_scripts={NUMBER: script})
