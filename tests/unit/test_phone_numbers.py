"""Numbers: what people type becomes E.164, or a classified no, without asking Twilio."""

import pytest

from phone_verification.kinds import Channel, ErrorKind
from phone_verification.phone_numbers import read_phone_number, refusal_of

KOREAN = "+821012345678"


@pytest.mark.parametrize(
    "typed",
    [
        "01012345678",
        "010-1234-5678",
        "+82 10-1234-5678",
        "+82 010 1234 5678",
        "+8201012345678",
        "821012345678",
        " 010 1234 5678 ",
        "０１０－１２３４－５６７８",
        "(010) 1234.5678",
    ],
)
def test_the_ways_people_type_a_mobile_are_one_number(typed: str) -> None:
    """Each spelling of a Korean mobile leaves as the same E.164."""
    number = read_phone_number(typed, "KR")

    assert number is not None
    assert number.e164 == KOREAN
    assert refusal_of(number, Channel.SMS, {"KR"}) is None


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("010-1234-567", id="one digit short"),
        pytest.param("010-1234-56789", id="one digit long"),
        pytest.param("011-234-5678", id="a closed prefix"),
        pytest.param("abc", id="letters"),
        pytest.param("010-1234-ABCD", id="vanity letters"),
        pytest.param("", id="nothing"),
        pytest.param("   ", id="blanks"),
        pytest.param("+", id="a plus alone"),
        pytest.param("1" * 300, id="300 digits"),
        pytest.param("010-1234-5678" + " " * 300, id="300 characters"),
        pytest.param("0101234\x005678", id="NUL"),
        pytest.param("010-1234-5678\n010-1234-5679", id="two lines"),
        pytest.param("tel:01012345678", id="a link"),
        pytest.param("+82 10 1234 5678;ext=1", id="an extension"),
        pytest.param("٠١٠١٢٣٤٥٦٧٨", id="digits of another script"),
        pytest.param("+1 000 000 0000", id="no such foreign number"),
    ],
)
def test_what_is_no_number_is_invalid(typed: str) -> None:
    """Anything that cannot be dialled is an invalid phone number."""
    assert refusal_of(read_phone_number(typed, "KR"), Channel.SMS, {"KR"}) is (ErrorKind.INVALID_PHONE_NUMBER)


@pytest.mark.parametrize(
    ("typed", "channel", "expected"),
    [
        ("02-312-3456", Channel.SMS, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        ("02-312-3456", Channel.WHATSAPP, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        ("02-312-3456", Channel.CALL, None),
        ("1588-1234", Channel.SMS, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        ("1588-1234", Channel.CALL, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        ("0505-123-4567", Channel.SMS, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        ("+1 212 555 2368", Channel.SMS, ErrorKind.COUNTRY_BLOCKED),
        ("+81 90 1234 5678", Channel.SMS, ErrorKind.COUNTRY_BLOCKED),
    ],
)
def test_numbers_that_get_no_code_are_told_apart(
    typed: str, channel: Channel, expected: ErrorKind | None
) -> None:
    """A landline, a shared-cost number, a personal number and a foreign one each get their own answer."""
    assert refusal_of(read_phone_number(typed, "KR"), channel, {"KR"}) is expected


@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("+690 7290", "+690*****90"),
        ("+290 51234", "+290*****34"),
        ("+354 611 1234", "+354*****234"),
        ("+45 20 12 34 56", "+45*****3456"),
        ("+881 6 1234 5678", "+*****5678"),
    ],
)
def test_of_a_short_number_a_mask_shows_half(typed: str, masked: str) -> None:
    """Four digits are all of a number in Tokelau."""
    number = read_phone_number(typed, "KR")

    assert number is not None
    assert number.masked == masked


def test_a_repr_shows_the_mask_only() -> None:
    """No repr holds a full number, and the mask keeps four digits."""
    number = read_phone_number("010-1234-5678", "KR")

    assert number is not None
    assert number.masked == "+82*****5678"
    assert "1234567" not in repr(number)
