"""Numbers and codes are found in any writing, and not in hashes, ids and moments."""

import pytest

from tests.faults.digits import holds

TAILS, CODES = {"12345678"}, {"654321"}


@pytest.mark.parametrize(
    "text",
    [
        "+821012345678",
        "to=%2B821012345678&x",
        "010-1234-5678",
        "010 1234 5678",
        "x01012345678x",
        '"12345678"',
        "1234-5678",
        '{"code": "654321"}',
        "Code=x,654321)",
    ],
)
def test_a_number_or_a_code_is_found(text: str) -> None:
    """With its prefix anywhere, without it by itself; a code by itself."""
    assert holds(text, TAILS, CODES)


@pytest.mark.parametrize(
    "text",
    [
        "+82*****5678",
        "test:9f12345678ab",
        "b2b3c4d5-1234-5678-9abc-def012345678",
        "2026-11-24 00:30:46.654321+00",
        "gAAAAA654321_x",
        "a654321f",
    ],
)
def test_digits_of_other_things_are_not(text: str) -> None:
    """Masks, hashes, ids, moments and sealed texts."""
    assert not holds(text, TAILS, CODES)
