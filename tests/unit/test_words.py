"""The words of our own texts: one segment each, whatever the language, the brand and the code's life."""

from itertools import product

import pytest

from phone_verification.phone_numbers import PhoneNumber, read_phone_number
from tasks.words import LONGEST_BRAND, LONGEST_TEXT, code_text, is_euc_kr

CODE = "012345"
LIVES = (120, 600, 86_400)


def number(typed: str) -> PhoneNumber:
    """Read a number that is one."""
    read = read_phone_number(typed, "KR")
    assert read is not None
    return read


KOREAN, AMERICAN = number("010-1234-5678"), number("+1 212 555 2368")


@pytest.mark.parametrize("locale", [None, "ko", "ko-KR", "KO_kr", "en", "en-GB", "fr", "kok"])
@pytest.mark.parametrize("to", [KOREAN, AMERICAN], ids=["to Korea", "to America"])
def test_every_text_is_one_segment(to: PhoneNumber, locale: str | None) -> None:
    """With the longest brand, in letters that are in no GSM-7, and a code that lives for a day."""
    for brand, life in product((None, "Shop", "가" * LONGEST_BRAND), LIVES):
        text = code_text(CODE, number=to, locale=locale, brand=brand, life_seconds=life)

        assert CODE in text
        assert f"{life // 60}" in text
        assert len(text) <= LONGEST_TEXT
        assert is_euc_kr(text)


@pytest.mark.parametrize(
    ("to", "locale", "language"),
    [
        (KOREAN, None, "ko"),
        (AMERICAN, None, "en"),
        (AMERICAN, "ko", "ko"),
        (AMERICAN, "ko_KR", "ko"),
        (KOREAN, "en", "en"),
        (KOREAN, "fr", "en"),
        (KOREAN, "kok", "en"),
    ],
)
def test_the_locale_decides_the_language(to: PhoneNumber, locale: str | None, language: str) -> None:
    """Without one the number's country does; Konkani is not Korean."""
    text = code_text(CODE, number=to, locale=locale, brand=None, life_seconds=600)

    assert ("인증번호" in text) == (language == "ko")
