"""Messaging on a socket: what is asked, how a list is read, and that a text goes nowhere else."""

import json
import logging
import socket
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.messaging import TwilioMessaging
from gateway.twilio_client import Credentials
from tests.unit.gateway.message_samples import (
    ACCOUNT,
    FROM_NUMBER,
    NUMBER,
    SERVICE,
    SID,
    TEXT,
    message,
    messaging,
    page,
)
from tests.unit.gateway.raw_server import RawServer, reply, serving

PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MADE = reply(json.dumps(message()), "201 Created")


def create(asked: TwilioMessaging, **changes: Any) -> Answer:
    """Make a message."""
    given: dict[str, Any] = {"to": NUMBER, "body": TEXT, "validity_seconds": 600, "budget_seconds": 5}
    return asked.create(**(given | changes))


def answering(*answers: bytes) -> Callable[[socket.socket, bytes], None]:
    """Give one answer after the other, and the last one for ever."""
    left = list(answers)

    def act(connection: socket.socket, _: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return act


def asked_for(server: RawServer, place: int = 0) -> tuple[str, str, dict[str, list[str]]]:
    """Method, path and what was asked with: the form, or the filters."""
    head, _, body = server.requests[place].decode().partition("\r\n\r\n")
    method, target, _ = head.split(" ", 2)
    path, _, query = target.partition("?")
    return method, path, parse_qs(body or query)


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ({"messaging_service_sid": SERVICE}, {"MessagingServiceSid": [SERVICE]}),
        ({"from_number": FROM_NUMBER}, {"From": [FROM_NUMBER]}),
        (
            {"messaging_service_sid": SERVICE, "from_number": FROM_NUMBER},
            {"MessagingServiceSid": [SERVICE]},
        ),
    ],
    ids=["service", "number", "both"],
)
def test_a_message_is_asked_for_once_with_its_sender(
    sender: dict[str, str], expected: dict[str, list[str]]
) -> None:
    """One POST with the text as it is, not for longer than it is good for; letters are not swapped."""
    with serving(answering(MADE)) as server:
        create(messaging(server.url, **sender))

        assert len(server.requests) == 1
        assert asked_for(server) == (
            "POST",
            PATH,
            {"To": [NUMBER], "Body": [TEXT], "ValidityPeriod": ["600"], "SmartEncoded": ["false"]} | expected,
        )


def test_nobody_sends_without_a_sender() -> None:
    """Neither a service nor a number: said at the start, not by Twilio."""
    credentials = Credentials(account_sid=ACCOUNT, username=ACCOUNT, password="secret")

    with pytest.raises(ValueError, match="to send from"):
        TwilioMessaging(credentials=credentials, from_number="")


@pytest.mark.parametrize(
    ("wanted", "sent"), [(-5, "1"), (0, "1"), (1, "1"), (36_000, "36000"), (10**6, "36000")]
)
def test_a_validity_is_one_that_twilio_takes(wanted: int, sent: str) -> None:
    """From one second to ten hours."""
    with serving(answering(MADE)) as server:
        create(messaging(server.url), validity_seconds=wanted)

        assert asked_for(server)[2]["ValidityPeriod"] == [sent]


@pytest.mark.parametrize("text", ["[사이트] 인증번호 123456", "a+b&c=d;%25\n🎉", " "])
def test_a_text_arrives_as_it_was_given(text: str) -> None:
    """Whatever its letters."""
    with serving(answering(MADE)) as server:
        create(messaging(server.url), body=text)

        assert asked_for(server)[2]["Body"] == [text]


def test_a_text_that_is_none_is_a_fault_that_does_not_say_it() -> None:
    """Half of a surrogate pair cannot be sent; Python's own error would hold the text whole."""
    with serving(answering(MADE)) as server:
        with pytest.raises(ValueError, match="no text") as raised:
            create(messaging(server.url), body=f"{TEXT}\ud83c")

        assert server.requests == []
    assert TEXT not in "".join(traceback.format_exception(raised.value))
    assert raised.value.__context__ is None
    assert raised.value.__cause__ is None


def test_a_guard_that_says_no_writes_nothing() -> None:
    """A worker that lost its lease sends no text."""
    with serving(answering(MADE)) as server:
        refused = create(messaging(server.url), guard=lambda: False)

        assert (refused.answer_class, refused.reason) == (AnswerClass.NOT_SENT, Reason.LEASE_OVER)
        assert server.requests == []


def test_a_message_is_looked_at_by_its_sid() -> None:
    """One GET."""
    with serving(answering(reply(json.dumps(message(status="delivered"))))) as server:
        answer = messaging(server.url).message(sid=SID, budget_seconds=5)

        assert asked_for(server) == ("GET", PATH.replace(".json", f"/{SID}.json"), {})
    assert [(one.sid, one.status) for one in answer.messages] == [(SID, "delivered")]


def test_a_look_asks_for_one_entry() -> None:
    """Host and credentials are proven by the shortest list there is."""
    with serving(answering(reply(page()))) as server:
        answer = messaging(server.url).reach(budget_seconds=5)

        assert asked_for(server) == ("GET", PATH, {"PageSize": ["1"]})
    assert (answer.endpoint, answer.answer_class) == (Endpoint.REACH, AnswerClass.SUCCEEDED)


def made(age_seconds: float | None, place: int = 0) -> dict[str, Any]:
    """A message that was made so long before NOW; None for one whose time cannot be read."""
    stamp = None if age_seconds is None else format_datetime(NOW - timedelta(seconds=age_seconds))
    return message(sid=f"SM{place:032x}", date_created=stamp)


def list_of(*pages: list[dict[str, Any]], since: datetime) -> tuple[Answer, int]:
    """Ask for a list that is in those pages; how many of them were asked for."""
    last = len(pages) - 1
    bodies = [
        page(*entries, next_page_uri=f"{PATH}?Page={place + 1}&PageToken=PA{place}" if place < last else None)
        for place, entries in enumerate(pages)
    ]
    with serving(answering(*(reply(body) for body in bodies))) as server:
        answer = messaging(server.url).messages(to=NUMBER, sent_since=since, budget_seconds=5)
        return answer, len(server.requests)


def test_a_list_is_by_number_alone() -> None:
    """A text that was not sent yet has no day of sending: no filter may leave it out."""
    with serving(answering(reply(page()))) as server:
        messaging(server.url).messages(to=NUMBER, sent_since=NOW, budget_seconds=5)

        assert asked_for(server) == ("GET", PATH, {"To": [NUMBER], "PageSize": ["50"]})


def test_a_list_tells_what_was_made_since() -> None:
    """From that second on, and what nobody can say the time of."""
    since = NOW - timedelta(seconds=10)
    answer, _ = list_of([made(0, 1), made(None, 2), made(10, 3), made(11, 4)], since=since)

    assert [one.sid[-1] for one in answer.messages] == ["1", "2", "3"]


def test_a_stamp_is_a_whole_second() -> None:
    """What was made in the same second is not too old for the part of a second that Twilio cuts off."""
    answer, _ = list_of([made(0)], since=NOW + timedelta(milliseconds=900))

    assert len(answer.messages) == 1


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        pytest.param([[0, 5], [8, 9], [10]], 3, id="all young: to the end"),
        pytest.param([[0, 5], [8, 99], [101], [102]], 3, id="until a whole page is old"),
        pytest.param([[99], [0]], 1, id="a first page that is old"),
        pytest.param([[None], [99]], 2, id="a page without times tells nothing"),
        pytest.param([[], [0]], 2, id="an empty page tells nothing"),
    ],
)
def test_a_list_is_read_until_a_page_is_too_old(pages: list[list[float | None]], expected: int) -> None:
    """Newest first: behind a page that is old as a whole there is nothing of interest."""
    answer, asked = list_of(*([made(age) for age in one] for one in pages), since=NOW - timedelta(seconds=50))

    assert answer.answer_class is AnswerClass.SUCCEEDED
    assert asked == expected


@settings(max_examples=25, deadline=None)
@given(
    ages=st.lists(st.integers(0, 100), max_size=12),
    width=st.integers(1, 4),
    since_seconds=st.integers(0, 100),
)
def test_paging_leaves_nothing_young_out(ages: list[int], width: int, since_seconds: int) -> None:
    """However a list in Twilio's order is cut into pages, all that is young enough is told, in order."""
    entries = [made(age, place) for place, age in enumerate(sorted(ages))]
    pages = [entries[start : start + width] for start in range(0, len(entries), width)] or [[]]

    answer, _ = list_of(*pages, since=NOW - timedelta(seconds=since_seconds))

    assert [one.sid for one in answer.messages] == [
        entry["sid"] for entry, age in zip(entries, sorted(ages), strict=True) if age <= since_seconds
    ]


def test_a_page_that_is_lost_ends_the_list_in_doubt() -> None:
    """Half of a list is no evidence, and nothing more is asked."""
    first = page(made(0), next_page_uri=f"{PATH}?Page=1&PageToken=PA1")
    with serving(answering(reply(first), reply("", "503 Unavailable"))) as server:
        answer = messaging(server.url).messages(to=NUMBER, sent_since=NOW, budget_seconds=5)

        assert len(server.requests) == 2
    assert (answer.answer_class, answer.messages) == (AnswerClass.MAYBE_SENT, ())


def test_a_list_without_an_end_is_no_evidence() -> None:
    """It is cut off by the budget."""
    endless = reply(page(made(0), next_page_uri=f"{PATH}?Page=1"))
    with serving(answering(endless)) as server:
        answer = messaging(server.url).messages(to=NUMBER, sent_since=NOW, budget_seconds=0.3)

    assert answer.answer_class is not AnswerClass.SUCCEEDED
    assert answer.messages == ()


def test_credentials_go_to_no_address_out_of_a_body() -> None:
    """The next page is asked for where the first was, whatever host its address names."""
    with serving(answering(reply(page()))) as foreign:
        first = page(made(0, 1), next_page_uri=f"{foreign.url}{PATH}?Page=1&PageToken=PA1")
        with serving(answering(reply(first), reply(page(made(1, 2))))) as own:
            answer = messaging(own.url).messages(
                to=NUMBER, sent_since=NOW - timedelta(minutes=1), budget_seconds=5
            )

    assert foreign.requests == []
    assert asked_for(own, 1) == (
        "GET",
        PATH,
        {"To": [NUMBER], "PageSize": ["50"], "Page": ["1"], "PageToken": ["PA1"]},
    )
    assert len(answer.messages) == 2


def test_a_page_of_the_longest_texts_is_read() -> None:
    """1,600 letters that are written as twelve signs each, fifty times: still no more than we read."""
    longest = [message(body="🎉" * 1600, sid=f"SM{place:032x}") for place in range(50)]
    with serving(answering(reply(page(*longest)))) as server:
        answer = messaging(server.url).messages(to=NUMBER, sent_since=NOW, budget_seconds=5)

    assert len(answer.messages) == 50


def test_nothing_is_logged_of_a_text(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the text nor the number, whether it was taken, refused or listed."""
    refusal = reply(json.dumps({"code": 21211, "message": f"'{NUMBER}' is no number"}), "400 Bad Request")
    with caplog.at_level(logging.DEBUG):
        for answer in (MADE, refusal, reply("{")):
            with serving(answering(answer)) as server:
                create(messaging(server.url))
        with serving(answering(reply(page(message())))) as server:
            messaging(server.url).messages(to=NUMBER, sent_since=NOW, budget_seconds=5)

    assert "123456" not in caplog.text
    assert "12345678" not in caplog.text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
    max_leaves=4,
)
_ODD_MESSAGES = st.dictionaries(st.sampled_from(sorted(message())), _JSON, max_size=4).map(
    lambda changes: message(**changes)
)


_BODIES = _JSON | _ODD_MESSAGES | st.lists(_ODD_MESSAGES, max_size=2).map(lambda some: {"messages": some})


@settings(max_examples=60, deadline=None)
@given(
    status=st.sampled_from(["200 OK", "201 Created", "204 No Content", "302 Found", "400 No", "500 No"]),
    body=_BODIES.map(json.dumps) | st.text(),
)
@example("201 Created", json.dumps(message(date_created="Mon, 23 Nov 99999999999999999999 10:00:00 +0000")))
@example("201 Created", "[" * 100_000)
def test_no_answer_is_raised(status: str, body: str) -> None:
    """The SDK stumbles over many an answer; the port tells each as a value."""
    written = b"HTTP/1.1 204 No Content\r\n\r\n" if status.startswith("204") else reply(body, status)
    with serving(answering(written)) as server:
        asked = messaging(server.url)
        answers = (
            create(asked),
            asked.message(sid=SID, budget_seconds=5),
            asked.messages(to=NUMBER, sent_since=NOW, budget_seconds=5),
            asked.reach(budget_seconds=5),
        )

    assert {answer.endpoint for answer in answers} == {
        Endpoint.MESSAGE,
        Endpoint.MESSAGE_FETCH,
        Endpoint.MESSAGES,
        Endpoint.REACH,
    }
