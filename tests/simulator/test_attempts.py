"""/v2/Attempts."""

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, NUMBER, OTHER, Asking, Fields, code_of


def test_attempt_tells_what_became_of_a_send(twilio: Asking, sim: SimulatorClient) -> None:
    """One `VL` for each message, in the shape of Twilio's sample."""
    started = twilio.start(Locale="ko").json

    (attempt,) = twilio.attempts(to=NUMBER).json["attempts"]

    assert attempt["sid"] == started["send_code_attempts"][0]["attempt_sid"]
    assert attempt["conversion_status"] == "unconverted"
    assert attempt["channel_data"] == {
        "verification_sid": started["sid"],
        "to": NUMBER,
        "status": "unconfirmed",
        "message_status": "delivered",
        "error_code": None,
        "country": "KR",
        "code_length": 6,
        "locale": "ko",
        "mcc": "450",
        "mnc": "05",
        "carrier": "Simulator Mobile",
    }
    assert twilio.get(f"/v2/Attempts/{attempt['sid']}").json == attempt


def test_unknown_attempt_is_not_found(twilio: Asking) -> None:
    """As every unknown resource."""
    assert twilio.get(f"/v2/Attempts/VL{'0' * 32}").code == (404, 20404)


def test_conversion_shows_after_its_delay(twilio: Asking, sim: SimulatorClient) -> None:
    """Twilio documents no delay, hence it is settable."""
    sim.switch(conversion_delay_seconds=30)
    sid = twilio.start().json["sid"]
    twilio.check(code_of(sim))

    assert twilio.attempts(VerificationSid=sid, Status="converted").json["attempts"] == []
    sim.advance(30)
    (attempt,) = twilio.attempts(VerificationSid=sid, Status="converted").json["attempts"]
    assert attempt["channel_data"]["status"] == "confirmed"


def test_expired_attempt_says_so(twilio: Asking, sim: SimulatorClient) -> None:
    """The Attempts API outlives the verification."""
    twilio.start()
    sim.advance(600)

    (attempt,) = twilio.attempts().json["attempts"]
    assert attempt["channel_data"]["status"] == "expired"


def test_message_outcome_is_scriptable(twilio: Asking, sim: SimulatorClient) -> None:
    """A number may be made undeliverable."""
    script = {"message_status": "undelivered", "error_code": "30008"}
    sim.switch(message_scripts={NUMBER: script})
    twilio.start()

    (attempt,) = twilio.attempts().json["attempts"]
    assert script.items() <= attempt["channel_data"].items()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"to": NUMBER}, [NUMBER]),
        ({"to": "+820"}, []),
        ({"Country": "US"}, ["+15017122661"]),
        ({"Channel": "call"}, [OTHER]),
        ({"VerifyServiceSid": ACCOUNT.service_sid}, ["+15017122661", OTHER, NUMBER]),
        ({"VerifyServiceSid": "VA0"}, []),
        ({"Status": "unconverted"}, ["+15017122661", OTHER]),
        ({"Status": "converted"}, [NUMBER]),
        ({"DateCreatedAfter": "2030-01-01T00:01:00Z"}, ["+15017122661", OTHER]),
        ({"DateCreatedBefore": "2030-01-01T00:00:30Z"}, [NUMBER]),
        ({"DateCreatedAfter": "2031-01-01T00:00:00Z"}, []),
    ],
)
def test_attempts_are_filtered(twilio: Asking, sim: SimulatorClient, query: Fields, found: list[str]) -> None:
    """Every documented filter, newest first."""
    sim.set_clock("2030-01-01T00:00:00Z")
    twilio.start()
    twilio.check(code_of(sim))
    sim.advance(60)
    twilio.start(to=OTHER, channel="call")
    twilio.start(to="+15017122661")

    listed = twilio.attempts(**query).json["attempts"]

    assert [attempt["channel_data"]["to"] for attempt in listed] == found


@pytest.mark.parametrize(
    "query",
    [{"Status": "maybe"}, {"DateCreatedAfter": "yesterday"}, {"Page": "-1"}, {"PageSize": "a"}],
)
def test_wrong_filter_is_named(twilio: Asking, query: Fields) -> None:
    """A 60200 with the parameter's name."""
    reply = twilio.attempts(**query)

    assert reply.code == (400, 60200)
    assert f"`{next(iter(query))}`" in reply.json["message"]


@pytest.mark.parametrize("size", ["0", "1001"])
def test_page_size_has_bounds(twilio: Asking, size: str) -> None:
    """1 to 1000."""
    assert twilio.attempts(PageSize=size).code == (400, 20007)


def test_pages_lead_to_each_other(twilio: Asking) -> None:
    """`meta` carries the addresses of the neighbours, filters included."""
    for _ in range(3):
        twilio.start()

    first = twilio.attempts(to=NUMBER, PageSize="2").json
    second = twilio.get(first["meta"]["next_page_url"].removeprefix(twilio.url)).json

    assert [len(page["attempts"]) for page in (first, second)] == [2, 1]
    assert second["meta"]["next_page_url"] is None
    back = twilio.get(second["meta"]["previous_page_url"].removeprefix(twilio.url)).json
    assert back["attempts"] == first["attempts"]


def test_attempts_older_than_thirty_days_are_gone(twilio: Asking, sim: SimulatorClient) -> None:
    """Twilio keeps 30 days."""
    twilio.start()
    sim.advance(30 * 86400)

    assert twilio.attempts().json["attempts"] == []


def test_summary_counts_conversions(twilio: Asking, sim: SimulatorClient) -> None:
    """The percentage is a string."""
    twilio.start()
    twilio.start()
    twilio.start(to=OTHER)
    twilio.check(code_of(sim))

    body = twilio.get("/v2/Attempts/Summary", DestinationPrefix="+82").json

    assert body == {
        "total_attempts": 3,
        "total_converted": 1,
        "total_unconverted": 2,
        "conversion_rate_percentage": "33.333333333",
        "url": f"{twilio.url}/v2/Attempts/Summary",
    }
    empty = twilio.get("/v2/Attempts/Summary", Country="US").json
    assert (empty["total_attempts"], empty["conversion_rate_percentage"]) == (0, "0")


def test_attempts_are_metered(twilio: Asking, sim: SimulatorClient) -> None:
    """A hundred calls a minute, whatever of them they ask."""
    sim.switch(attempts_per_minute=2)
    twilio.attempts()
    twilio.get("/v2/Attempts/Summary")

    assert twilio.attempts().code == (429, 20429)
    sim.advance(60)
    assert twilio.attempts().status == 200
