"""What settling and the log lean on: evidence that is whole, ours, and kept to ourselves."""

import json
import logging
import socket

import pytest

from gateway.answer import AnswerClass, Endpoint, Reason
from gateway.call import Call
from gateway.cursor import Cursor
from gateway.exchange import Exchange
from gateway.translate import translate
from tests.unit.gateway.raw_server import reply, serving
from tests.unit.gateway.test_http_client import NUMBER, SERVICE, gateway, start

SID, OTHER = "VE" + "1" * 32, "VE" + "f" * 32
OLD, YOUNG = "VL" + "1" * 32, "VL" + "2" * 32


def _item(**changes: object) -> dict[str, object]:
    return {
        "sid": OLD,
        "service_sid": SERVICE,
        "verification_sid": SID,
        "conversion_status": "unconverted",
        "channel_data": {"to": NUMBER},
        **changes,
    }


def _page(*items: dict[str, object], next_page_url: str | None = None) -> str:
    return json.dumps({"attempts": list(items), "meta": {"key": "attempts", "next_page_url": next_page_url}})


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (_item(channel_data={"to": "+821087654321"}), Reason.WRONG_ECHO),
        (_item(verification_sid=OTHER), Reason.WRONG_ECHO),
        (_item(service_sid="VA" + "f" * 32), Reason.WRONG_ECHO),
        (_item(conversion_status=None), Reason.MISSING_FIELDS),
        (_item(conversion_status="perhaps"), Reason.MISSING_FIELDS),
    ],
    ids=["number", "verification", "service", "no-conversion", "odd-conversion"],
)
def test_a_list_with_a_foreign_or_odd_item_is_no_evidence(item: dict[str, object], reason: Reason) -> None:
    """A foreign text would be adopted, an unread conversion would speak against the person."""
    asked = Call(endpoint=Endpoint.ATTEMPTS, service_sid=SERVICE, to=NUMBER, sid=SID)

    answer = translate(asked, Exchange(deadline=0, status=200, body=_page(_item(), item)))

    assert (answer.answer_class, answer.reason) == (AnswerClass.MAYBE_SENT, reason)
    assert answer.attempts == ()


def test_the_youngest_text_is_the_last_one() -> None:
    """A resend's own text is the last, in whatever order they are told."""
    body = {
        "sid": SID,
        "service_sid": SERVICE,
        "to": NUMBER,
        "status": "pending",
        "send_code_attempts": [
            {"attempt_sid": YOUNG, "channel": "sms", "time": "2023-03-24T11:11:50.100Z"},
            {"attempt_sid": OLD, "channel": "sms", "time": "2023-03-24T11:11:42.545Z"},
        ],
    }
    asked = Call(endpoint=Endpoint.START, service_sid=SERVICE, to=NUMBER)

    answer = translate(asked, Exchange(deadline=0, status=201, body=json.dumps(body)))

    assert answer.verification is not None
    assert [text.attempt_sid for text in answer.verification.attempts] == [OLD, YOUNG]


def test_credentials_go_to_no_address_out_of_a_body() -> None:
    """The next page is asked for where the first was, whatever host its URL names."""
    with serving(lambda connection, _: connection.sendall(reply(_page()))) as foreign:
        first = _page(_item(), next_page_url=f"{foreign.url}/v2/Attempts?Page=1&PageToken=PT1")
        pages = [first, _page(_item(sid=YOUNG))]

        def act(connection: socket.socket, _: bytes) -> None:
            connection.sendall(reply(pages.pop(0)))

        with serving(act) as own:
            answer = gateway(own.url).attempts(to=NUMBER, budget_seconds=5)

    assert foreign.requests == []
    assert [text.attempt_sid for text in answer.attempts] == [OLD, YOUNG]
    second = own.requests[1].partition(b"\r\n")[0]
    assert b"Page=1" in second
    assert b"PageToken=PT1" in second


def test_a_list_without_an_end_is_no_evidence() -> None:
    """A list that goes on for ever is cut off by the budget, and proves nothing."""
    endless = reply(_page(_item(), next_page_url="/v2/Attempts?Page=1"))
    with serving(lambda connection, _: connection.sendall(endless)) as server:
        answer = gateway(server.url).attempts(to=NUMBER, budget_seconds=0.3)

    assert answer.answer_class is not AnswerClass.SUCCEEDED
    assert answer.attempts == ()


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"meta": 1}', '{"meta": {"next_page_url": null}}', '{"meta": {"next_page_url": 7}}'],
)
def test_a_list_ends_where_nothing_follows(body: str) -> None:
    """Without the address of a next page there is none."""
    assert Cursor.after(body) is None


def test_a_spent_budget_writes_nothing() -> None:
    """A kept connection is not written to when nobody would wait for the answer."""
    found = reply(json.dumps({"sid": SERVICE}))
    with serving(lambda connection, _: connection.sendall(found)) as server:
        asked = gateway(server.url)
        asked.service(budget_seconds=5)
        answer = start(asked, budget=-1)

    assert answer.answer_class is AnswerClass.NOT_SENT
    assert len(server.requests) == 1


def test_an_answer_with_broken_headers_puts_no_number_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """urllib3 warns of such headers with the URL, and a fetch's URL ends with the number."""
    broken = b"HTTP/1.1 404 No\r\nno header\r\nContent-Length: 0\r\n\r\n"
    with caplog.at_level(logging.DEBUG), serving(lambda connection, _: connection.sendall(broken)) as server:
        gateway(server.url).fetch(to_or_sid=NUMBER, budget_seconds=0.5)

    assert NUMBER not in caplog.text
