"""What became of a text: each of Twilio's words and codes, and what is known of each reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.deliveries import CAUSES, STATUSES, Cause, read_reason, read_status
from gateway.deliveries_page import render_deliveries
from phone_verification.deliveries import DELIVERY_FACTS, DeliveryFacts, DeliveryReason, DeliveryStatus
from phone_verification.kinds import Fault

STATUS_TABLE = {
    "accepted": "pending",
    "scheduled": "pending",
    "queued": "pending",
    "sending": "pending",
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
REASON_TABLE = {
    30001: "queue_full",
    30002: "account_suspended",
    30003: "handset_unreachable",
    30004: "blocked",
    21610: "blocked",
    30005: "unknown_number",
    21211: "unknown_number",
    30006: "landline_or_unreachable",
    21612: "landline_or_unreachable",
    21614: "landline_or_unreachable",
    21635: "landline_or_unreachable",
    30007: "filtered",
    30008: "carrier_error",
    30017: "carrier_error",
    30410: "carrier_error",
    **dict.fromkeys(
        (21606, 21703, 30018, 30022, 30023, 30024, 30027, 30032, 30033, 30034, 30035, 30042),
        "sender_not_registered",
    ),
    30036: "expired",
    30450: "abuse_protection",
    30453: "abuse_protection",
}


@pytest.mark.parametrize(("word", "expected"), STATUS_TABLE.items(), ids=STATUS_TABLE)
def test_each_word_of_twilios_is_a_status(word: str, expected: str) -> None:
    """However it is written."""
    assert read_status(word) == read_status(word.upper()) == expected


@given(st.text())
def test_a_word_that_we_do_not_know_is_no_news(word: str) -> None:
    """Twilio may invent statuses; none of them says that a text arrived or was lost."""
    status = read_status(word)

    assert word.lower() in STATUSES or status is DeliveryStatus.PENDING


@pytest.mark.parametrize(("code", "expected"), REASON_TABLE.items(), ids=str)
def test_each_code_of_twilios_is_a_reason(code: int, expected: str) -> None:
    """One reason for each code."""
    assert read_reason(code) == expected


def test_the_tables_hold_nothing_else() -> None:
    """What is expected here is all there is, and no code stands twice."""
    assert set(STATUSES) == set(STATUS_TABLE)
    assert sorted(cause.code for cause in CAUSES) == sorted(REASON_TABLE)


@given(st.none() | st.integers())
def test_a_code_that_we_do_not_know_is_unknown(code: int | None) -> None:
    """Twilio warns that codes may change, and not every loss has one."""
    assert code in REASON_TABLE or read_reason(code) is DeliveryReason.UNKNOWN


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: str(cause.code))
def test_each_code_says_what_it_means_and_where(cause: Cause) -> None:
    """A sentence of ours, and Twilio's page."""
    assert cause.meaning
    assert cause.url == f"https://www.twilio.com/docs/api/errors/{cause.code}"


def test_every_reason_is_reached_by_a_code() -> None:
    """But for the one that stands for all others."""
    assert {cause.reason for cause in CAUSES} == set(DeliveryReason) - {DeliveryReason.UNKNOWN}


@pytest.mark.parametrize("status", DeliveryStatus)
def test_a_status_says_whether_it_is_the_last(status: DeliveryStatus) -> None:
    """What is lost is final, and so is what arrived."""
    assert status.is_final is (status in ("delivered", "undelivered", "failed"))
    assert status.is_lost is (status in ("undelivered", "failed"))


@pytest.mark.parametrize(
    ("reason", "fault", "resend_useful"),
    [
        ("handset_unreachable", Fault.USER, True),
        ("blocked", Fault.USER, False),
        ("unknown_number", Fault.USER, False),
        ("landline_or_unreachable", Fault.USER, False),
        ("filtered", Fault.OPERATOR, False),
        ("carrier_error", Fault.PROVIDER, True),
        ("queue_full", Fault.PROVIDER, True),
        ("account_suspended", Fault.OPERATOR, False),
        ("sender_not_registered", Fault.OPERATOR, False),
        ("expired", Fault.PROVIDER, True),
        ("abuse_protection", Fault.PROVIDER, False),
        ("unknown", Fault.PROVIDER, True),
    ],
)
def test_each_reason_says_whose_move_it_is(reason: str, fault: Fault, resend_useful: bool) -> None:  # noqa: FBT001
    """And whether to send again."""
    facts = DELIVERY_FACTS[DeliveryReason(reason)]

    assert (facts.fault, facts.resend_useful) == (fault, resend_useful)


@pytest.mark.parametrize("facts", DELIVERY_FACTS.values(), ids=DELIVERY_FACTS)
def test_a_person_is_told_in_both_languages_what_to_do(facts: DeliveryFacts) -> None:
    """A whole sentence each, in the language it is in, without a word of Twilio's."""
    for sentence in (facts.message.ko, facts.message.en):
        assert sentence.endswith(".")
        assert "twilio" not in sentence.lower()
        assert not any(sign in sentence for sign in "|{}")
    assert any("가" <= letter <= "힣" for letter in facts.message.ko)
    assert facts.message.en.isascii()
    assert facts.operator_action


def test_the_page_shows_every_row() -> None:
    """Statuses, reasons with both sentences, and codes."""
    written = "\n".join(render_deliveries())

    for shown in (*STATUSES, *DeliveryStatus, *DeliveryReason):
        assert f"`{shown}`" in written
    for cause in CAUSES:
        assert f"| [{cause.code}]({cause.url}) | `{cause.reason}` | {cause.meaning} |" in written
    for facts in DELIVERY_FACTS.values():
        assert f"| {facts.message.ko} | {facts.message.en} |" in written
