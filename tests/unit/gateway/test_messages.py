"""What an answer of Messaging's means, as a table: code first, then HTTP status, then what it holds."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.answer import Answer, AnswerClass, Endpoint, MessageFacts, Reason
from gateway.call import MessageCall
from gateway.catalogue import CATALOGUE
from gateway.catalogue_row import Row
from gateway.exchange import Exchange, Failure
from gateway.sender import Sender
from gateway.translate import translate, translate_pages
from phone_verification.kinds import ErrorKind
from tests.unit.gateway.message_samples import (
    ACCOUNT,
    DATE,
    FROM_NUMBER,
    NUMBER,
    SERVICE,
    SID,
    TEXT,
    message,
    page,
    without,
)

OTHER_SID, OTHER_ACCOUNT, OTHER_NUMBER = "SM" + "f" * 32, "AC" + "f" * 32, "+821087654321"
REFUSED, NOT_SENT, MAYBE_SENT = AnswerClass.REFUSED, AnswerClass.NOT_SENT, AnswerClass.MAYBE_SENT
ENDPOINTS = (Endpoint.MESSAGE, Endpoint.MESSAGES, Endpoint.MESSAGE_FETCH, Endpoint.REACH)
ROWS = [
    row
    for row in CATALOGUE
    if row.parameter is None and (row.endpoint in ENDPOINTS or row.code not in (20404, 60202))
]
OF_SERVICE, OF_NUMBER = Sender(messaging_service_sid=SERVICE), Sender(from_number=FROM_NUMBER)


def call(endpoint: Endpoint = Endpoint.MESSAGE, **changes: Any) -> MessageCall:
    """What was asked."""
    whom = {"sid": SID} if endpoint is Endpoint.MESSAGE_FETCH else {"to": NUMBER}
    return MessageCall(
        **({"endpoint": endpoint, "account_sid": ACCOUNT, "sender": OF_SERVICE} | whom | changes)
    )


def exchange(status: int, body: object, headers: Mapping[str, str] | None = None) -> Exchange:
    """What came back."""
    text = body if isinstance(body, str) else json.dumps(body)
    return Exchange(deadline=0, status=status, body=text, headers=headers or {"date": DATE}, reached=True)


def told(body: object, asked: MessageCall | None = None) -> MessageFacts:
    """The one message of an answer that counts."""
    answer = translate(asked or call(), exchange(201, body))
    assert answer.answer_class is AnswerClass.SUCCEEDED
    (facts,) = answer.messages
    return facts


def judged(body: object, asked: MessageCall | None = None) -> tuple[AnswerClass, Reason]:
    """What a 2xx with this body is taken for."""
    answer = translate(asked or call(), exchange(201, body))
    assert answer.messages == ()
    return answer.answer_class, answer.reason


def test_a_message_that_was_made_is_told() -> None:
    """Its sid, its status, how old it is by Twilio's own clock, and that it is ours."""
    assert told(message()) == MessageFacts(
        sid=SID,
        to=NUMBER,
        status="accepted",
        is_ours=True,
        created_at=datetime(2026, 11, 23, 10, tzinfo=UTC),
        age_seconds=30,
    )


def test_a_text_stays_in_no_value() -> None:
    """Neither the facts nor the answer hold the body, and no repr holds the number."""
    answer = translate(call(), exchange(201, message()))

    assert TEXT not in repr(answer)
    assert NUMBER not in repr((answer, call(), OF_NUMBER, exchange(201, message())))
    assert not any(TEXT in str(getattr(answer.messages[0], name)) for name in MessageFacts.__slots__)


@pytest.mark.parametrize("sid", ["SM" + "a" * 32, "MM" + "F" * 32])
def test_texts_and_pictures_have_sids(sid: str) -> None:
    """Twilio makes an MMS of a text where a number can do no other."""
    assert told(message(sid=sid)).sid == sid


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("", Reason.GARBAGE, id="empty"),
        pytest.param("<html>", Reason.GARBAGE, id="html"),
        pytest.param([message()], Reason.GARBAGE, id="a list"),
        pytest.param("[" * 100_000, Reason.GARBAGE, id="a bomb"),
        pytest.param({}, Reason.MISSING_FIELDS, id="no fields"),
        pytest.param(message(sid=None), Reason.MISSING_FIELDS, id="no sid"),
        pytest.param(message(sid="SM1"), Reason.MISSING_FIELDS, id="a short sid"),
        pytest.param(message(sid="VE" + "1" * 32), Reason.MISSING_FIELDS, id="a verification's sid"),
        pytest.param(message(to=None), Reason.MISSING_FIELDS, id="no number"),
        pytest.param(message(status=None), Reason.MISSING_FIELDS, id="no status"),
        pytest.param(message(account_sid=None), Reason.MISSING_FIELDS, id="no account"),
        pytest.param(without("messaging_service_sid"), Reason.MISSING_FIELDS, id="no sender"),
        pytest.param(message(direction=None), Reason.MISSING_FIELDS, id="no direction"),
        pytest.param(message(direction="sideways"), Reason.MISSING_FIELDS, id="an odd direction"),
        pytest.param(message(direction=["inbound"]), Reason.MISSING_FIELDS, id="directions"),
        pytest.param(message(to=OTHER_NUMBER), Reason.WRONG_ECHO, id="somebody else's"),
        pytest.param(message(account_sid=OTHER_ACCOUNT), Reason.WRONG_ECHO, id="another account's"),
    ],
)
def test_a_success_that_is_not_ours_is_doubtful(body: object, reason: Reason) -> None:
    """A 201 counts when it holds what it must and is about what was asked."""
    assert judged(body) == (MAYBE_SENT, reason)


def test_a_fetched_message_is_the_one_that_was_asked_for() -> None:
    """By its sid; its number was not asked for."""
    asked = call(Endpoint.MESSAGE_FETCH)

    assert told(message(to=OTHER_NUMBER), asked).sid == SID
    assert judged(message(sid=OTHER_SID), asked) == (MAYBE_SENT, Reason.WRONG_ECHO)


@pytest.mark.parametrize(
    ("changes", "sender", "expected"),
    [
        pytest.param({}, OF_SERVICE, True, id="our service's"),
        pytest.param({"from": FROM_NUMBER}, OF_SERVICE, True, id="our service's, number chosen"),
        pytest.param({"messaging_service_sid": "MG" + "f" * 32}, OF_SERVICE, False, id="another service's"),
        pytest.param({"messaging_service_sid": None}, OF_SERVICE, False, id="no service's"),
        pytest.param({"direction": "outbound-reply"}, OF_SERVICE, False, id="a reply to a STOP"),
        pytest.param({"direction": "outbound-call"}, OF_SERVICE, False, id="made during a call"),
        pytest.param({"direction": "inbound"}, OF_SERVICE, False, id="came in"),
        pytest.param({"from": FROM_NUMBER}, OF_NUMBER, True, id="our number's"),
        pytest.param({"from": OTHER_NUMBER}, OF_NUMBER, False, id="another number's"),
        pytest.param({"from": None}, OF_NUMBER, False, id="a service's, not yet chosen"),
        pytest.param(
            {"messaging_service_sid": "MG" + "f" * 32, "direction": None},
            OF_SERVICE,
            False,
            id="another service's, whatever its direction",
        ),
    ],
)
def test_ours_is_what_our_sender_sent_through_the_api(
    changes: dict[str, Any],
    sender: Sender,
    expected: bool,  # noqa: FBT001
) -> None:
    """What another program or Twilio itself wrote to the person is not adopted."""
    assert told(message(**changes), call(sender=sender)).is_ours is expected


def test_a_service_goes_before_a_number() -> None:
    """Where both are given the service is the sender, and is looked for."""
    both = Sender(messaging_service_sid=SERVICE, from_number=FROM_NUMBER)

    assert both.as_arguments() == {"messaging_service_sid": SERVICE}
    assert not told(message(messaging_service_sid=None, **{"from": FROM_NUMBER}), call(sender=both)).is_ours


@pytest.mark.parametrize(
    ("code", "expected"),
    [(None, None), (30007, 30007), ("30007", 30007), ("?", None), ([], None)],
    ids=["none", "a number", "a text", "no number", "a list"],
)
def test_why_it_did_not_arrive_is_a_number(code: object, expected: int | None) -> None:
    """A number or a text in the answer, a number in the facts."""
    assert told(message(error_code=code, status="undelivered")).error_code == expected


@pytest.mark.parametrize(
    "stamp", [None, "not a date", 17, "Mon, 23 Nov 99999999999999999999 10:00:00 +0000", ["x"]]
)
def test_a_stamp_that_cannot_be_read_is_no_age(stamp: object) -> None:
    """An answer without readable dates is an answer all the same."""
    facts = told(message(date_created=stamp))

    assert (facts.created_at, facts.age_seconds) == (None, None)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code}-{row.endpoint}")
def test_each_code_of_the_catalogue_decides(row: Row) -> None:
    """Twilio's code decides, whatever the HTTP status says."""
    answer = translate(call(row.endpoint or Endpoint.MESSAGE), exchange(400, {"code": row.code}))

    assert (answer.answer_class, answer.kind) == (row.answer_class, row.kind)
    assert answer.provider_code == row.code


@pytest.mark.parametrize(
    ("status", "code", "expected", "kind"),
    [
        (401, 20003, NOT_SENT, ErrorKind.PROVIDER_MISCONFIGURED),
        (404, 20404, NOT_SENT, ErrorKind.PROVIDER_MISCONFIGURED),
        (429, 20429, NOT_SENT, ErrorKind.PROVIDER_UNAVAILABLE),
        (500, 20500, MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE),
        (503, 20503, MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE),
        (403, 20005, REFUSED, ErrorKind.PROVIDER_ACCOUNT),
        (403, 20008, REFUSED, ErrorKind.PROVIDER_MISCONFIGURED),
        (400, 21211, REFUSED, ErrorKind.INVALID_PHONE_NUMBER),
        (400, 21266, REFUSED, ErrorKind.INVALID_PHONE_NUMBER),
        (400, 21265, REFUSED, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        (400, 21407, REFUSED, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        (400, 21612, REFUSED, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        (400, 21614, REFUSED, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        (400, 21635, REFUSED, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        (400, 21408, REFUSED, ErrorKind.COUNTRY_BLOCKED),
        (400, 21610, REFUSED, ErrorKind.RECIPIENT_OPTED_OUT),
        (400, 21608, REFUSED, ErrorKind.RECIPIENT_UNVERIFIED),
        (400, 572005, REFUSED, ErrorKind.RECIPIENT_UNVERIFIED),
        (400, 572002, REFUSED, ErrorKind.PROVIDER_ACCOUNT),
        (400, 572006, REFUSED, ErrorKind.PROVIDER_ACCOUNT),
        (400, 30044, REFUSED, ErrorKind.PROVIDER_ACCOUNT),
        (400, 21611, REFUSED, ErrorKind.PROVIDER_UNAVAILABLE),
        (400, 21619, REFUSED, ErrorKind.PROVIDER_ERROR),
        (400, 99999, REFUSED, ErrorKind.PROVIDER_ERROR),
        *(
            (400, code, REFUSED, ErrorKind.PROVIDER_MISCONFIGURED)
            for code in (
                *(21212, 21601, 21602, 21603, 21604, 21606, 21607, 21609, 21616, 21617, 21624),
                *(21654, 21655, 21656, 21657, 21658, 21659, 21660, 21661),
                *(21701, 21702, 21703, 21704, 21705, 30045, 90007),
            )
        ),
    ],
)
def test_a_text_that_was_not_taken_is_classified(
    status: int, code: int, expected: AnswerClass, kind: ErrorKind
) -> None:
    """What making a message can be answered, with each code's kind written out."""
    answer = translate(call(), exchange(status, {"code": code, "status": status, "message": NUMBER}))

    assert (answer.answer_class, answer.kind) == (expected, kind)
    assert NUMBER not in repr(answer)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (502, "<html>", MAYBE_SENT),
        (504, "", MAYBE_SENT),
        (408, "", MAYBE_SENT),
        (302, "", MAYBE_SENT),
        (400, "<html>", MAYBE_SENT),
        (401, "", NOT_SENT),
        (429, "", NOT_SENT),
    ],
)
def test_without_a_code_the_status_decides(
    endpoint: Endpoint, status: int, body: str, expected: AnswerClass
) -> None:
    """The same rules as Verify's: whatever is not Twilio's own 4xx may have been carried out."""
    assert translate(call(endpoint), exchange(status, body)).answer_class is expected


def test_an_account_that_is_not_there_is_told_from_a_message_that_is_gone() -> None:
    """A 404 holds the endpoint open where it says that we are misconfigured, and is an answer to a fetch."""
    absent = {"code": 20404}
    answers = {endpoint: translate(call(endpoint), exchange(404, absent)) for endpoint in ENDPOINTS}

    assert {endpoint: answer.reason for endpoint, answer in answers.items()} == {
        Endpoint.MESSAGE: Reason.MISCONFIGURED,
        Endpoint.MESSAGES: Reason.MISCONFIGURED,
        Endpoint.REACH: Reason.MISCONFIGURED,
        Endpoint.MESSAGE_FETCH: Reason.REFUSED,
    }


def listed(*messages: dict[str, Any]) -> Answer:
    """A list of one page."""
    return translate_pages(call(Endpoint.MESSAGES), [exchange(200, page(*messages))])


def test_a_list_tells_its_messages_in_order() -> None:
    """Each with its own facts; an empty list is an answer too."""
    answer = listed(message(), message(sid=OTHER_SID, messaging_service_sid=None))

    assert [(one.sid, one.is_ours) for one in answer.messages] == [(SID, True), (OTHER_SID, False)]
    assert listed().answer_class is AnswerClass.SUCCEEDED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"to": OTHER_NUMBER}, Reason.WRONG_ECHO, id="number"),
        pytest.param({"account_sid": OTHER_ACCOUNT}, Reason.WRONG_ECHO, id="account"),
        pytest.param({"account_sid": None}, Reason.MISSING_FIELDS, id="no account"),
        pytest.param({"to": None}, Reason.MISSING_FIELDS, id="no number"),
        pytest.param({"sid": "SM"}, Reason.MISSING_FIELDS, id="no sid"),
        pytest.param({"direction": "perhaps"}, Reason.MISSING_FIELDS, id="odd direction"),
    ],
)
def test_a_list_with_a_foreign_or_odd_entry_is_no_evidence(changes: dict[str, Any], reason: Reason) -> None:
    """A filter that did not work proves nothing, neither that a text is there nor that it is not."""
    answer = listed(message(), message(**changes))

    assert (answer.answer_class, answer.reason, answer.messages) == (MAYBE_SENT, reason, ())


@pytest.mark.parametrize("body", [{}, {"messages": None}, {"messages": "x"}, {"messages": ["x"]}])
def test_a_list_that_is_none_is_no_evidence(body: object) -> None:
    """A broken list proves nothing."""
    assert judged(body, call(Endpoint.MESSAGES)) == (MAYBE_SENT, Reason.MISSING_FIELDS)


def test_a_page_that_did_not_come_takes_the_list_with_it() -> None:
    """All pages together, or the first that is no answer."""
    lost = Exchange(deadline=0, failure=Failure.READ_TIMEOUT)

    answer = translate_pages(call(Endpoint.MESSAGES), [exchange(200, page(message())), lost])

    assert (answer.answer_class, answer.messages) == (MAYBE_SENT, ())


def test_a_look_reads_nobodys_message() -> None:
    """That there is a list proves host and credentials; the entry in it may be anybody's."""
    asked = call(Endpoint.REACH, to=None)
    foreign = page(message(to=OTHER_NUMBER, account_sid=OTHER_ACCOUNT))

    answer = translate(asked, exchange(200, foreign))

    assert (answer.answer_class, answer.messages) == (AnswerClass.SUCCEEDED, ())
    assert translate(asked, exchange(200, {"hello": "world"})).answer_class is MAYBE_SENT
