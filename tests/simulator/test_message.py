"""POST …/Messages.json."""

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, MESSAGES, NUMBER, OTHER, THROUGH_SERVICE, Asking, Fields


def test_text_from_a_number_is_queued(twilio: Asking, sim: SimulatorClient) -> None:
    """201 in the documented form: numbers as strings, dates as in RFC 2822, nothing sent yet."""
    sim.set_clock("2030-01-31T09:00:00Z")

    reply = twilio.text(Body="안녕하세요 483920")

    body = reply.json
    sid = body["sid"]
    path = f"/2010-04-01/Accounts/{ACCOUNT.account_sid}/Messages/{sid}"
    created = body["date_created"]
    assert reply.status == 201
    assert created.startswith("Thu, 31 Jan 2030 09:00:0")
    assert created.endswith(" +0000")
    assert body == {
        "account_sid": ACCOUNT.account_sid,
        "api_version": "2010-04-01",
        "body": "안녕하세요 483920",
        "date_created": created,
        "date_sent": None,
        "date_updated": created,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": ACCOUNT.from_number,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": NUMBER,
        "uri": f"{path}.json",
    }


@pytest.mark.parametrize(
    ("form", "sender"), [({}, None), ({"From": ACCOUNT.from_number}, ACCOUNT.from_number)]
)
def test_text_through_the_service_is_accepted(twilio: Asking, form: Fields, sender: str | None) -> None:
    """The sender is chosen later unless it is given; until then there are no segments."""
    body = twilio.text(**THROUGH_SERVICE, **form).json

    assert (body["status"], body["from"], body["num_segments"]) == ("accepted", sender, "0")
    assert body["messaging_service_sid"] == ACCOUNT.messaging_service_sid


def test_same_post_twice_is_two_texts(twilio: Asking, sim: SimulatorClient) -> None:
    """Nothing is idempotent, whatever header is sent."""
    form = {"To": NUMBER, "From": ACCOUNT.from_number, "Body": "1234"}
    headers = {"Idempotency-Key": "one", "I-Twilio-Idempotency-Token": "one"}

    sids = {twilio.call("POST", f"{MESSAGES}.json", form, headers).json["sid"] for _ in range(2)}

    assert (len(sids), sim.sent(NUMBER)) == (2, 2)
    assert {message["sid"] for message in sim.messages(NUMBER)} == sids


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"To": ""}, (400, 21604)),
        ({"From": ""}, (400, 21603)),
        ({"Body": ""}, (400, 21602)),
        ({"Body": "a" * 1601}, (400, 21617)),
        ({"To": "01012345678"}, (400, 21211)),
        ({"To": ACCOUNT.from_number}, (400, 21211)),
        ({"From": "Twilio"}, (400, 21212)),
        ({"From": "+12065550199"}, (400, 21606)),
        ({"MessagingServiceSid": "MG" + "9" * 32}, (404, 21701)),
        ({"MessagingServiceSid": "MG1"}, (400, 21705)),
        ({**THROUGH_SERVICE, "From": "+12065550199"}, (400, 21606)),
        ({"ValidityPeriod": "0"}, (400, 21624)),
        ({"ValidityPeriod": "36001"}, (400, 21624)),
        ({"ValidityPeriod": "1.5"}, (400, 21624)),
    ],
    ids=lambda value: (
        " ".join(f"{name} {text[:12]}" for name, text in value.items())
        if isinstance(value, dict)
        else str(value[1])
    ),
)
def test_wrong_form_is_refused_and_nothing_kept(
    twilio: Asking, sim: SimulatorClient, form: Fields, expected: tuple[int, int]
) -> None:
    """Each mistake has its error code."""
    assert twilio.text(**form).code == expected
    assert (sim.messages(), sim.sent()) == ([], 0)


@pytest.mark.parametrize("period", ["1", "36000"])
def test_validity_period_reaches_from_one_second_to_ten_hours(
    twilio: Asking, sim: SimulatorClient, period: str
) -> None:
    """https://www.twilio.com/docs/api/errors/21624."""
    assert twilio.text(ValidityPeriod=period).status == 201
    assert sim.messages()[0]["validity_period"] == int(period)


def test_longest_body_passes(twilio: Asking) -> None:
    """1600 characters."""
    assert twilio.text(Body="가" * 1600).json["num_segments"] == "24"


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("가" * 70, 1),
        ("가" * 71, 2),
        ("가" * 135, 3),
        ("👍" * 35, 1),
        ("👍" * 36, 2),
    ],
)
def test_segments_are_counted_by_alphabet(twilio: Asking, body: str, segments: int) -> None:
    """160 characters of GSM-7 fit into one SMS, 70 of UCS-2; parts of a longer one are shorter."""
    assert twilio.text(Body=body).json["num_segments"] == str(segments)


@pytest.mark.parametrize(
    ("switches", "form", "expected"),
    [
        ({"landlines": [NUMBER]}, {}, (400, 21614)),
        ({"opted_out": [NUMBER]}, {}, (400, 21610)),
        ({"messaging_blocked_countries": ["KR"]}, {}, (400, 21408)),
        ({"messaging_blocked_countries": ["+82"]}, {}, (400, 21408)),
        ({"trial": True}, {}, (400, 21608)),
        (
            {"trial": True, "trial_form": "templates", "verified_recipients": [NUMBER]},
            {},
            (400, 572006),
        ),
        ({"messaging_service_has_senders": False}, THROUGH_SERVICE, (400, 21704)),
        ({"suspended": "20005"}, {}, (403, 20005)),
    ],
    ids=lambda value: str(value[1]) if isinstance(value, tuple) else None,
)
def test_account_and_number_are_refused(
    twilio: Asking, sim: SimulatorClient, switches: Fields, form: Fields, expected: tuple[int, int]
) -> None:
    """Each switch has its error code, and nothing is kept."""
    sim.switch(**switches)

    assert twilio.text(**form).code == expected
    assert (sim.messages(), sim.sent()) == ([], 0)


@pytest.mark.parametrize(
    "switches",
    [
        {"blocked_countries": ["KR"]},
        {"messaging_blocked_countries": ["KP"]},
        {"messaging_service_has_senders": False},
        {"trial_form": "templates"},
        {"opted_out": [OTHER]},
    ],
    ids=lambda switches: next(iter(switches)),
)
def test_what_concerns_others_is_let_through(twilio: Asking, sim: SimulatorClient, switches: Fields) -> None:
    """Verify's geo permissions among them: Messaging has its own."""
    sim.switch(**switches)

    assert twilio.text().status == 201


def test_verify_does_not_ask_messagings_permissions(twilio: Asking, sim: SimulatorClient) -> None:
    """Nor the other way round."""
    sim.switch(messaging_blocked_countries=["KR"])

    assert twilio.start().status == 201


def test_legacy_trial_puts_a_sentence_in_front(twilio: Asking, sim: SimulatorClient) -> None:
    """In the answer and on the phone."""
    sim.switch(trial=True, verified_recipients=[NUMBER])

    body = twilio.text(Body="1234").json["body"]

    assert body == "Sent from your Twilio trial account - 1234"
    assert [text["text"] for text in sim.inbox(NUMBER)] == [body]


def test_error_names_what_was_asked(twilio: Asking) -> None:
    """As Twilio's does: whoever logs it logs a number."""
    assert twilio.text(to="+8210").json["message"] == "The 'To' number +8210 is not a valid phone number."
