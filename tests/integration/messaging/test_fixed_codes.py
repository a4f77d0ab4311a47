"""Numbers with a fixed code: nothing is sent, the code is right until its day, and only there."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from phone_verification.kinds import Service
from tasks.fixed_codes import FixedCodeFormatError, FixedCodes
from tests.integration.settling.lab import E164, Lab

TODAY = datetime.now(UTC).date()


def fix(lab: Lab, until: date) -> None:
    """Give the laboratory's number a fixed code."""
    codes = FixedCodes.parse(f"{E164}:123456:{until.isoformat()}")
    lab.services = replace(lab.services, fixed_codes=codes)


@pytest.mark.parametrize("service", Service)
def test_a_reviewer_gets_in_without_a_text(lab: Lab, service: Service) -> None:
    """Whatever service texts the others, Twilio is not asked."""
    lab.services = replace(lab.services, verification_service=service)
    fix(lab, TODAY)

    handle = lab.send()

    assert lab.outcome(handle) == "sent"
    assert lab.outcome(lab.check("654321", handle)) == "invalid_code"
    assert lab.outcome(lab.check("123456", handle)) == "approved"
    assert lab.phone.requests() == []


def test_after_its_day_the_number_is_like_any_other(lab: Lab) -> None:
    """It is texted a code that nobody fixed."""
    fix(lab, TODAY - timedelta(days=1))

    handle = lab.send()

    assert lab.texts == 1
    assert lab.code != "123456"
    assert lab.outcome(lab.check(lab.code, handle)) == "approved"


def test_another_numbers_code_stays_its_own(lab: Lab) -> None:
    """The fixed code opens nothing else."""
    fix(lab, TODAY)
    other = "010-9999-0001"

    handle = lab.send(other)

    assert lab.phone.sent("+821099990001") == 1
    assert lab.outcome(handle) == "sent"


def test_five_wrong_codes_lock_it_too(lab: Lab) -> None:
    """A fixed code is guessed no faster than any."""
    fix(lab, TODAY)
    handle = lab.send()
    for digit in "56789":
        lab.check(digit * 6, handle)

    assert lab.outcome(lab.check("123456", handle)) == "max_check_attempts"


@pytest.mark.parametrize(
    "text",
    ["01000000001:123456:2027-01-31", "+821000000001:12345:2027-01-31", "+821000000001:123456:tomorrow", "x"],
)
def test_a_malformed_list_names_the_entry_and_nothing_else(text: str) -> None:
    """No number and no code is in the error."""
    with pytest.raises(FixedCodeFormatError) as caught:
        FixedCodes.parse(f"+821000000009:654321:2027-01-31,{text}")

    assert "entry 2" in str(caught.value)
    assert not any(part in str(caught.value) for part in ("123456", "654321", "1000000009"))


def test_nothing_private_is_in_a_repr() -> None:
    """A list of fixed codes may be printed."""
    text = repr(FixedCodes.parse("+821000000009:654321:2027-01-31"))

    assert "654321" not in text
    assert "821000000009" not in text
