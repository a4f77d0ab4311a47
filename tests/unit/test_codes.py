"""Codes: what people type becomes digits, or nothing."""

import pytest

from phone_verification.codes import read_code


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123-456", "123456"),
        ("１２３４５６", "123456"),
        ("１２３－４５６", "123456"),
        ("0000", "0000"),
        ("1234567890", "1234567890"),
    ],
)
def test_the_ways_people_type_a_code_are_one_code(typed: str, expected: str) -> None:
    """Blanks, hyphens and full-width digits do not make a code wrong."""
    assert read_code(typed) == expected


@pytest.mark.parametrize(
    "typed", ["", "123", "12345678901", "12a456", "٣٣٣٣٣٣", "1" * 300, "1234\x00", "½½½½"]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    """Anything but 4 to 10 digits is no code."""
    assert read_code(typed) is None
