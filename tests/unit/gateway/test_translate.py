"""What an answer means, as a table: code first, then HTTP status."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.call import Call
from gateway.catalogue import CATALOGUE, classify
from gateway.exchange import Exchange, Failure
from gateway.translate import translate, translate_pages
from phone_verification.kinds import ErrorKind

SERVICE = "VA" + "0" * 32
SID = "VE" + "1" * 32
TEXT = "VL" + "2" * 32
NUMBER = "+821012345678"
DATE = "Mon, 23 Nov 2026 10:00:30 GMT"
REFUSED, NOT_SENT, MAYBE_SENT = AnswerClass.REFUSED, AnswerClass.NOT_SENT, AnswerClass.MAYBE_SENT


def call(endpoint: Endpoint = Endpoint.START, **whom: Any) -> Call:
    """What was asked."""
    return Call(endpoint=endpoint, service_sid=SERVICE, **({"to": NUMBER} | whom))


def answered(
    status: int, body: object, headers: Mapping[str, str] | None = None, asked: Call | None = None
) -> Answer:
    """Translate an answer with this status and body."""
    text = body if isinstance(body, str) else json.dumps(body)
    exchange = Exchange(deadline=0, status=status, body=text, headers=headers or {}, reached=True)
    return translate(asked or call(), exchange)


def verification(**changes: Any) -> dict[str, Any]:
    """A verification as Twilio really writes it."""
    return {
        "sid": SID,
        "service_sid": SERVICE,
        "to": NUMBER,
        "channel": "sms",
        "status": "pending",
        "valid": False,
        "date_created": "2026-11-23T10:00:00Z",
        "send_code_attempts": [{"attempt_sid": TEXT, "channel": "SMS", "time": "2026-11-23T10:00:00.545Z"}],
    } | changes


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: f"{row.code}-{row.endpoint}-{row.parameter}")
def test_each_code_of_the_catalogue_is_its_kind(row: Any) -> None:
    """Twilio's code decides, whatever the HTTP status says."""
    endpoint = row.endpoint or Endpoint.CHECK
    message = f"Invalid parameter `{row.parameter}`: something" if row.parameter else "a message"

    answer = answered(400, {"code": row.code, "message": message}, asked=call(endpoint))

    assert (answer.answer_class, answer.kind) == (row.answer_class, row.kind)
    assert answer.provider_code == row.code


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure.CONNECT_REFUSED, NOT_SENT),
        (Failure.CONNECT_TIMEOUT, NOT_SENT),
        (Failure.DNS, NOT_SENT),
        (Failure.TLS, NOT_SENT),
        (Failure.LEASE_OVER, NOT_SENT),
        (Failure.READ_TIMEOUT, MAYBE_SENT),
        (Failure.RESET, MAYBE_SENT),
        (Failure.TOO_LARGE, MAYBE_SENT),
    ],
)
def test_a_failure_is_doubtful_once_a_byte_may_have_left(failure: Failure, expected: AnswerClass) -> None:
    """What failed before the connection stood is safe to repeat; anything later is not."""
    answer = translate(call(), Exchange(deadline=0, failure=failure))

    assert answer.answer_class is expected
    assert answer.kind is ErrorKind.PROVIDER_UNAVAILABLE


@pytest.mark.parametrize(
    ("status", "body", "expected", "kind"),
    [
        pytest.param(500, {"code": 20500}, MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="500 json"),
        pytest.param(503, {"code": 20503}, MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="503 json"),
        pytest.param(502, "<html>", MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="502 html"),
        pytest.param(504, "", MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="504 empty"),
        pytest.param(500, {"code": 99999}, MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="500 unknown"),
        pytest.param(408, "", MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="408"),
        pytest.param(302, "", MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="redirect"),
        pytest.param(
            400, "<html>", MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="4xx that is not Twilio's"
        ),
        pytest.param(401, "", NOT_SENT, ErrorKind.PROVIDER_MISCONFIGURED, id="401 bare"),
        pytest.param(429, "", NOT_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="429 bare"),
        pytest.param(418, {"code": 99999}, REFUSED, ErrorKind.PROVIDER_ERROR, id="unknown code"),
        pytest.param(429, {"code": 99999}, REFUSED, ErrorKind.PROVIDER_ERROR, id="429 unknown code"),
        pytest.param(400, {"code": True}, MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="code no number"),
        pytest.param(400, [1], MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE, id="a list"),
        pytest.param(
            400,
            {"type": "x", "title": "x", "status": 400, "code": 60203, "detail": "x"},
            REFUSED,
            ErrorKind.MAX_SEND_ATTEMPTS,
            id="RFC 9457",
        ),
    ],
)
def test_without_a_known_code_the_status_decides(
    status: int, body: object, expected: AnswerClass, kind: ErrorKind
) -> None:
    """A 4xx of Twilio's own is final; whatever else may have been carried out."""
    answer = answered(status, body)

    assert (answer.answer_class, answer.kind) == (expected, kind)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="empty"),
        pytest.param("<html>", id="html"),
        pytest.param('{"sid": "VE', id="truncated"),
        pytest.param([], id="a list"),
        pytest.param({}, id="no fields"),
        pytest.param(verification(sid=None), id="no sid"),
        pytest.param(verification(sid="VE1"), id="a short sid"),
        pytest.param(verification(to=None), id="no number"),
        pytest.param(verification(to="+821099999999"), id="somebody else's"),
        pytest.param(verification(service_sid="VA" + "9" * 32), id="another service"),
        pytest.param(verification(send_code_attempts=[]), id="no text"),
        pytest.param(verification(send_code_attempts="x"), id="texts that are none"),
        pytest.param(verification(send_code_attempts=["x"]), id="a text that is none"),
        pytest.param("[" * 100_000, id="a bomb"),
    ],
)
def test_a_success_that_is_not_ours_is_doubtful(body: object) -> None:
    """A 201 counts when it holds what it must and is about what was asked."""
    assert answered(201, body).answer_class is MAYBE_SENT


def test_a_start_tells_its_texts_and_its_age() -> None:
    """Ages are by Twilio's own clock: the answer's Date less its stamps."""
    answer = answered(201, verification(), {"date": DATE, "twilio-request-id": "RQ" + "a" * 32})

    assert answer.answer_class is AnswerClass.SUCCEEDED
    assert answer.verification is not None
    assert answer.verification.age_seconds == 30
    assert answer.verification.attempts[0].attempt_sid == TEXT
    assert answer.verification.attempts[0].channel == "sms"
    assert answer.request_id == "RQ" + "a" * 32


@pytest.mark.parametrize("stamp", [None, "not a date", 17])
def test_a_stamp_that_cannot_be_read_is_no_age(stamp: object) -> None:
    """An answer without readable dates is an answer all the same."""
    answer = answered(201, verification(date_created=stamp), {"date": "nonsense"})

    assert answer.verification is not None
    assert answer.verification.age_seconds is None


@pytest.mark.parametrize(
    ("status", "is_approved"), [("approved", True), ("pending", False), ("max_attempts_reached", False)]
)
def test_a_check_is_approved_by_its_status_alone(status: str, is_approved: bool) -> None:  # noqa: FBT001
    """A wrong code is an answer, not an error."""
    body = verification(status=status, valid=True, send_code_attempts=None)

    answer = answered(200, body, asked=call(Endpoint.CHECK))

    assert answer.answer_class is AnswerClass.SUCCEEDED
    assert answer.is_approved is is_approved


def test_a_verdict_that_we_do_not_know_is_doubtful() -> None:
    """Twilio may invent states; none of them approves anybody."""
    answer = answered(200, verification(status="mystery"), asked=call(Endpoint.CHECK))

    assert answer.answer_class is MAYBE_SENT
    assert not answer.is_approved


@pytest.mark.parametrize("status", ["canceled", "expired", "failed", "deleted"])
def test_a_verification_that_ended_is_a_definite_no(status: str) -> None:
    """Not approved and not in doubt: it is told as one that is gone."""
    answer = answered(200, verification(status=status), asked=call(Endpoint.CHECK))

    assert (answer.answer_class, answer.kind) == (REFUSED, ErrorKind.NO_VERIFICATION_RECORD)


def test_a_check_by_sid_must_echo_the_sid() -> None:
    """An approval of another verification approves nobody here."""
    asked = call(Endpoint.CHECK, to=None, sid="VE" + "9" * 32)

    answer = answered(200, verification(status="approved"), asked=asked)

    assert (answer.answer_class, answer.reason) == (MAYBE_SENT, Reason.WRONG_ECHO)


def test_our_own_rate_limit_is_told_apart_from_twilios() -> None:
    """20429 with Twilio-Reached-Rate-Limit says that this intent had landed."""
    body = {"code": 20429}

    plain = answered(429, body, {"retry-after": "7"})
    own = answered(429, body, {"twilio-reached-rate-limit": "intent"})

    assert (plain.answer_class, plain.retry_after_seconds, plain.rate_limit_reached) == (NOT_SENT, 7, False)
    assert (own.answer_class, own.rate_limit_reached) == (REFUSED, True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("7", 7),
        ("1.5", 1.5),
        ("999999", 86_400),
        ("Mon, 23 Nov 2026 10:01:00 GMT", 30),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, expected: float | None) -> None:
    """Garbage is ignored and nothing is longer than a day."""
    answer = answered(429, {"code": 20429}, {"retry-after": value, "date": DATE})

    assert answer.retry_after_seconds == expected


@pytest.mark.parametrize("value", ["not-an-id", "RQ1", NUMBER])
def test_a_request_id_that_is_none_is_dropped(value: str) -> None:
    """A header is the provider's text: only the shape of an id is kept."""
    assert answered(201, verification(), {"twilio-request-id": value}).request_id is None


def test_pages_of_attempts_are_one_answer() -> None:
    """All pages together, or the first that is no answer."""
    asked = call(Endpoint.ATTEMPTS)
    item = {
        "sid": TEXT,
        "verification_sid": SID,
        "conversion_status": "converted",
        "date_created": "2026-11-23T10:00:00",
        "channel_data": {"to": NUMBER, "message_status": "DELIVERED", "error_code": "30008"},
    }
    full = Exchange(
        deadline=0, status=200, body=json.dumps({"attempts": [item, item | {"channel_data": None}]})
    )
    broken = Exchange(deadline=0, failure=Failure.READ_TIMEOUT)

    both, half = translate_pages(asked, [full, full]), translate_pages(asked, [full, broken])

    assert [attempt.converted for attempt in both.attempts] == [True] * 4
    assert both.attempts[0].error_code == 30008
    assert half.answer_class is MAYBE_SENT


@pytest.mark.parametrize("body", [{}, {"attempts": "x"}, {"attempts": ["x"]}, {"attempts": [{}]}])
def test_a_list_that_is_none_is_no_evidence(body: object) -> None:
    """A broken list proves nothing."""
    assert answered(200, body, asked=call(Endpoint.ATTEMPTS)).answer_class is MAYBE_SENT


def test_a_service_is_told() -> None:
    """The probe of the breaker: the service is there."""
    body = {"sid": SERVICE, "friendly_name": "Ours", "code_length": 6}

    answer = answered(200, body, asked=call(Endpoint.SERVICE, to=None, sid=SERVICE))

    assert answer.service is not None
    assert answer.service.code_length == 6


def test_nothing_of_an_answer_shows_a_number() -> None:
    """No repr holds what a log must not."""
    answer = answered(201, verification())
    exchange = Exchange(deadline=0, body=NUMBER, headers={"x": NUMBER})

    assert "12345678" not in repr((answer, call(), exchange))


def test_an_unknown_code_is_in_no_row() -> None:
    """The catalogue does not guess."""
    assert classify(99999, Endpoint.START) is None
