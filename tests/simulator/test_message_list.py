"""GET …/Messages.json and …/Messages/{SM}.json."""

from datetime import UTC, datetime

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, MESSAGES, NUMBER, OTHER, THROUGH_SERVICE, Asking, Fields, Reply

DAY = 86400


def sids(reply: Reply) -> list[str]:
    """The messages of a page."""
    return [message["sid"] for message in reply.json["messages"]]


def send(twilio: Asking, count: int, **form: str) -> list[str]:
    """That many texts; their sids, newest first."""
    return [twilio.text(**form).json["sid"] for _ in range(count)][::-1]


def test_unknown_message_is_not_found(twilio: Asking) -> None:
    """With the path in the words."""
    reply = twilio.message("SM" + "0" * 32)

    assert reply.code == (404, 20404)
    assert f"{MESSAGES}/SM" in reply.json["message"]


def test_list_is_newest_first(twilio: Asking) -> None:
    """All of the account's."""
    sent = [*send(twilio, 1, to=OTHER), *send(twilio, 2)]

    assert sids(twilio.messages()) == [*sent[1:], sent[0]]


def test_list_is_filtered_by_recipient_and_sender(twilio: Asking, sim: SimulatorClient) -> None:
    """Both, or either."""
    (other,) = send(twilio, 1, to=OTHER)
    (mine,) = send(twilio, 1)

    assert sids(twilio.messages(To=OTHER)) == [other]
    assert sids(twilio.messages(To=OTHER, From=ACCOUNT.from_number)) == [other]
    assert sids(twilio.messages(From=ACCOUNT.from_number)) == [mine, other]
    assert sids(twilio.messages(From="+12065550199")) == []


def test_sender_is_a_filter_only_once_it_is_chosen(twilio: Asking, sim: SimulatorClient) -> None:
    """A message of the service's has none at first."""
    sim.switch(message_sent_seconds=1000)
    sent = send(twilio, 1, **THROUGH_SERVICE)

    assert sids(twilio.messages(From=ACCOUNT.from_number)) == []
    sim.advance(500)
    assert sids(twilio.messages(From=ACCOUNT.from_number)) == sent


def test_text_not_yet_sent_is_found_by_recipient_and_never_by_date(
    twilio: Asking, sim: SimulatorClient
) -> None:
    """It has no day of sending yet."""
    sim.switch(message_sent_seconds=1000)
    sent = send(twilio, 1)
    today = datetime.now(UTC).date().isoformat()

    assert sids(twilio.messages(To=NUMBER)) == sent
    assert [sids(twilio.messages(To=NUMBER, **{name: today})) for name in ("since", "before")] == [[], []]
    sim.advance(1000)
    assert sids(twilio.messages(To=NUMBER, since=today)) == sent


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"DateSent": "2030-01-02"}, [2]),
        ({"DateSent": "2030-01-02T23:59:59Z"}, [2]),
        ({"DateSent": "2030-01-03T08:00:00+09:00"}, [2]),
        ({"DateSent": "Wed, 02 Jan 2030 09:00:00 +0000"}, [2]),
        ({"DateSent": "01/02/2030 22:05:25 MST"}, [2]),
        ({"before": "2030-01-02"}, [2, 1]),
        ({"since": "2030-01-02"}, [3, 2]),
        ({"since": "2030-01-02", "before": "2030-01-02"}, [2]),
        ({"since": "2030-01-04"}, []),
    ],
    ids=lambda value: (
        "".join(f"{name} {text}" for name, text in value.items()) if isinstance(value, dict) else None
    ),
)
def test_list_is_filtered_by_day_of_sending(
    twilio: Asking, sim: SimulatorClient, query: Fields, days: list[int]
) -> None:
    """In GMT, both ends included, the time of the day ignored."""
    sim.set_clock("2030-01-01T12:00:00Z")
    by_day = {}
    for day in (1, 2, 3):
        (by_day[day],) = send(twilio, 1)
        sim.advance(DAY)

    assert sids(twilio.messages(**query)) == [by_day[day] for day in days]


def test_published_examples_of_dates_are_understood(twilio: Asking) -> None:
    """One of them is odd."""
    for text in ("06/11/2019 22:05:25 MST", "2019-06-11 22:05:25.000", "Wed, 19 Jun 2019 22:04:00 +-0000"):
        assert twilio.messages(since=text).status == 200


@pytest.mark.parametrize("name", ["DateSent", "before", "since"])
@pytest.mark.parametrize("text", ["yesterday", "<=2030-01-01", "2030-13-01", ""])
def test_what_is_no_date_is_refused(twilio: Asking, name: str, text: str) -> None:
    """https://github.com/twilio/twilio-cli/issues/99."""
    assert twilio.messages(**{name: text}).code == (400, 20001)


def test_list_may_lag_behind(twilio: Asking, sim: SimulatorClient) -> None:
    """How fresh Twilio's is, no page says; a message read by its sid is always there."""
    sim.switch(message_list_delay_seconds=60)
    (sent,) = send(twilio, 1)

    assert (sids(twilio.messages(To=NUMBER)), twilio.message(sent).status) == ([], 200)
    sim.advance(60)
    assert sids(twilio.messages(To=NUMBER)) == [sent]


def test_page_tells_where_it_stands(twilio: Asking) -> None:
    """In the 2010 API's words, addresses relative."""
    sent = send(twilio, 3)

    page = twilio.messages(To=NUMBER, PageSize="2").json

    del page["messages"]
    first = f"{MESSAGES}.json?To=%2B821012345678&PageSize=2&Page="
    assert page == {
        "first_page_uri": f"{first}0",
        "uri": f"{first}0",
        "next_page_uri": f"{first}1&PageToken=PA{sent[1]}",
        "previous_page_uri": None,
        "page": 0,
        "page_size": 2,
        "start": 0,
        "end": 1,
    }


def test_pages_lead_forth_and_back(twilio: Asking) -> None:
    """Though new messages come meanwhile."""
    sent = send(twilio, 5)
    first = twilio.messages(PageSize="2").json
    new = send(twilio, 1)

    second = twilio.get(first["next_page_uri"]).json
    third = twilio.get(second["next_page_uri"]).json
    back = twilio.get(third["previous_page_uri"])
    start = twilio.get(back.json["previous_page_uri"])

    pages = [[message["sid"] for message in page["messages"]] for page in (first, second, third)]
    assert pages == [sent[:2], sent[2:4], sent[4:]]
    assert (third["start"], third["end"], third["next_page_uri"]) == (4, 4, None)
    assert (sids(back), sids(start)) == (sent[2:4], sent[:2])
    assert sids(twilio.messages(PageSize="1")) == new


def test_empty_page_is_a_page(twilio: Asking) -> None:
    """As in the published examples."""
    page = twilio.messages().json

    assert (page["messages"], page["start"], page["end"], page["page_size"]) == ([], 0, 0, 50)


def test_page_beyond_the_end_is_empty(twilio: Asking) -> None:
    """And leads back."""
    send(twilio, 1)

    page = twilio.messages(Page="1", PageSize="1").json

    assert (page["messages"], page["next_page_uri"]) == ([], None)
    assert page["previous_page_uri"].endswith("PageSize=1&Page=0")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"PageSize": "0"}, 20007),
        ({"PageSize": "1001"}, 20007),
        ({"PageSize": "x"}, 20001),
        ({"Page": "-1"}, 20001),
        ({"Page": "9" * 5000}, 20001),
        ({"PageToken": "PAnone"}, 20001),
    ],
    ids=["none", "too large", "no figure", "negative", "endless", "token"],
)
def test_wrong_page_is_refused(twilio: Asking, query: Fields, code: int) -> None:
    """400, never a server error."""
    assert twilio.messages(**query).code == (400, code)
