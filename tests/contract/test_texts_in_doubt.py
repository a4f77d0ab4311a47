"""Messaging on the stand-in when it goes wrong: what is refused, and what is found after a lost answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.answer import Answer, AnswerClass, Reason
from gateway.messaging import TwilioMessaging
from gateway.twilio_client import Credentials
from phone_verification.kinds import ErrorKind
from simulator.account import Account
from simulator.client import SimulatorClient

NUMBER, OTHER = "+821012345678", "+821087654321"
ACCOUNT = Account()
REFUSED, NOT_SENT, MAYBE_SENT = AnswerClass.REFUSED, AnswerClass.NOT_SENT, AnswerClass.MAYBE_SENT
Simulator = tuple[str, SimulatorClient]
Ask = Callable[[str], Answer]


def messaging(simulator: Simulator, **changes: Any) -> TwilioMessaging:
    """A messenger of the account's service, unless told otherwise."""
    known: dict[str, Any] = {
        "credentials": Credentials(
            account_sid=ACCOUNT.account_sid, username=ACCOUNT.api_key, password=ACCOUNT.api_secret
        ),
        "messaging_service_sid": ACCOUNT.messaging_service_sid,
    }
    return TwilioMessaging(base_url=simulator[0], **(known | changes))


def create(asked: TwilioMessaging, *, to: str = NUMBER, body: str = "a text", budget: float = 5) -> Answer:
    """Make a message."""
    return asked.create(to=to, body=body, validity_seconds=600, budget_seconds=budget)


def listed(simulator: Simulator, asked: TwilioMessaging) -> Answer:
    """The number's messages of the last minute and a half, as settling asks for them."""
    now = datetime.fromisoformat(simulator[1].clock())
    return asked.messages(to=NUMBER, sent_since=now - timedelta(seconds=90), budget_seconds=5)


@pytest.mark.parametrize("action", ["drop_after", "truncated_json", "cut_answer", "wrong_json"])
def test_a_text_whose_answer_was_lost_is_found_again(simulator: Simulator, action: str) -> None:
    """In doubt, never called sent or not sent; the list has it, as ours."""
    asked = messaging(simulator)
    simulator[1].fault(action, "message")
    answer = create(asked)

    assert (answer.answer_class, answer.messages) == (MAYBE_SENT, ())
    assert [one.is_ours for one in listed(simulator, asked).messages] == [True]


@pytest.mark.parametrize("action", ["drop_before", "refuse"])
def test_a_text_that_never_landed_is_not_in_the_list(simulator: Simulator, action: str) -> None:
    """The same doubt, seen from here; the list is what tells it from the other."""
    asked = messaging(simulator)
    simulator[1].fault(action, "message")

    assert create(asked).answer_class is MAYBE_SENT
    assert listed(simulator, asked).messages == ()


def test_a_silent_twilio_is_given_up_at_the_budget(simulator: Simulator) -> None:
    """The text is in the list all the same."""
    asked = messaging(simulator)
    simulator[1].fault("never_answer", "message")
    answer = create(asked, budget=0.5)

    assert (answer.answer_class, answer.reason) == (MAYBE_SENT, Reason.READ_TIMEOUT)
    assert len(listed(simulator, asked).messages) == 1


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [(500, 20500, MAYBE_SENT), (503, 20503, MAYBE_SENT), (429, 20429, NOT_SENT), (404, 20404, NOT_SENT)],
)
def test_a_fault_of_twilios_is_classified(
    simulator: Simulator, status: int, code: int, expected: AnswerClass
) -> None:
    """As for Verify: what was not looked at is not sent, what broke may have been carried out."""
    simulator[1].fault("status", "message", status=status, code=code)

    assert create(messaging(simulator)).answer_class is expected


def test_a_list_or_fetch_that_fails_is_no_evidence(simulator: Simulator) -> None:
    """Nothing is said of messages."""
    asked = messaging(simulator)
    (made,) = create(asked).messages
    simulator[1].fault("status", "messages", status=503, code=20503)
    simulator[1].fault("truncated_json", "message_fetch")
    answers = listed(simulator, asked), asked.message(sid=made.sid, budget_seconds=5)

    assert [(answer.answer_class, answer.messages) for answer in answers] == [(MAYBE_SENT, ())] * 2


def test_all_pages_are_read(simulator: Simulator) -> None:
    """More texts to one number than fit on a page: each is told once, newest first."""
    asked = messaging(simulator)
    sids = [create(asked).messages[0].sid for _ in range(120)]

    assert [one.sid for one in listed(simulator, asked).messages] == sids[::-1]
    assert len(simulator[1].requests("messages")) == 3


def test_another_senders_text_is_not_ours(simulator: Simulator) -> None:
    """A second sender of the account writes to the same person."""
    of_number = messaging(simulator, messaging_service_sid=None, from_number=ACCOUNT.from_number)
    of_service = messaging(simulator)
    create(of_number)

    assert [one.is_ours for one in listed(simulator, of_service).messages] == [False]
    assert [one.is_ours for one in listed(simulator, of_number).messages] == [True]


@pytest.mark.parametrize(
    ("switches", "kind"),
    [
        pytest.param({"trial": True}, ErrorKind.RECIPIENT_UNVERIFIED, id="trial"),
        pytest.param(
            {"trial": True, "trial_form": "templates", "verified_recipients": [NUMBER]},
            ErrorKind.PROVIDER_ACCOUNT,
            id="a trial with texts of Twilio's own",
        ),
        pytest.param({"opted_out": [NUMBER]}, ErrorKind.RECIPIENT_OPTED_OUT, id="opted out"),
        pytest.param({"messaging_blocked_countries": ["KR"]}, ErrorKind.COUNTRY_BLOCKED, id="country"),
        pytest.param({"suspended": "20005"}, ErrorKind.PROVIDER_ACCOUNT, id="not active"),
        pytest.param({"suspended": "20403"}, ErrorKind.PROVIDER_ACCOUNT, id="suspended"),
        pytest.param(
            {"messaging_service_has_senders": False}, ErrorKind.PROVIDER_MISCONFIGURED, id="no senders"
        ),
    ],
)
def test_what_an_account_may_not_do_is_refused(
    simulator: Simulator, switches: dict[str, Any], kind: ErrorKind
) -> None:
    """A clear no, with its kind; nothing is sent."""
    simulator[1].switch(**switches)
    answer = create(messaging(simulator))

    assert (answer.answer_class, answer.kind) == (REFUSED, kind)
    assert simulator[1].sent(NUMBER) == 0


def test_wrong_credentials_are_told_by_every_call(simulator: Simulator) -> None:
    """Nothing was sent, and it is ours to mend; the look says so too."""
    wrong = Credentials(account_sid=ACCOUNT.account_sid, username=ACCOUNT.account_sid, password="wrong")
    asked = messaging(simulator, credentials=wrong)
    answers = (
        create(asked),
        listed(simulator, asked),
        asked.message(sid="SM" + "0" * 32, budget_seconds=5),
        asked.reach(budget_seconds=5),
    )

    assert {(answer.answer_class, answer.reason) for answer in answers} == {(NOT_SENT, Reason.MISCONFIGURED)}


@pytest.mark.parametrize(
    ("sender", "to", "kind"),
    [
        ("+15005550001", NUMBER, ErrorKind.PROVIDER_MISCONFIGURED),
        ("+15005550007", NUMBER, ErrorKind.PROVIDER_MISCONFIGURED),
        ("+15005550008", NUMBER, ErrorKind.PROVIDER_UNAVAILABLE),
        ("+12065550100", NUMBER, ErrorKind.PROVIDER_MISCONFIGURED),
        ("+15005550006", "+15005550001", ErrorKind.INVALID_PHONE_NUMBER),
        ("+15005550006", "+15005550002", ErrorKind.UNSUPPORTED_PHONE_TYPE),
        ("+15005550006", "+15005550003", ErrorKind.COUNTRY_BLOCKED),
        ("+15005550006", "+15005550004", ErrorKind.RECIPIENT_OPTED_OUT),
        ("+15005550006", "+15005550009", ErrorKind.UNSUPPORTED_PHONE_TYPE),
    ],
)
def test_twilios_test_numbers_are_classified(
    simulator: Simulator, sender: str, to: str, kind: ErrorKind
) -> None:
    """https://www.twilio.com/docs/iam/test-credentials#test-sms-messages."""
    asked = messaging(
        simulator,
        credentials=Credentials(
            account_sid=ACCOUNT.test_sid, username=ACCOUNT.test_sid, password=ACCOUNT.test_token
        ),
        messaging_service_sid=None,
        from_number=sender,
    )
    answer = create(asked, to=to)

    assert (answer.answer_class, answer.kind) == (REFUSED, kind)
