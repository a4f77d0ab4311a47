"""The words of the texts that carry a code of our own.

Lives here: two templates, Korean and English. Each fits into one segment of 70 characters; the Korean one
holds only what EUC-KR has, as Korean carriers want it: https://www.twilio.com/en/guidelines/kr/sms
"""

from typing import Final

from phone_verification.phone_numbers import PhoneNumber

LONGEST_BRAND: Final = 14
"""Characters of a name that both templates have room for."""

LONGEST_TEXT: Final = 70
"""Characters of one segment, once one of them is not in GSM-7."""

_KOREAN: Final = "인증번호는 {code}입니다. {minutes}분 안에 입력하고 다른 사람에게 알려주지 마세요."
_ENGLISH: Final = "{code} is your code for {minutes} min. Do not share it."


def code_text(
    code: str, *, number: PhoneNumber, locale: str | None, brand: str | None, life_seconds: float
) -> str:
    """Write the text for a code; the locale decides the language, without one the number's country."""
    template = _KOREAN if _is_korean(number, locale) else _ENGLISH
    words = template.format(code=code, minutes=max(int(life_seconds // 60), 1))
    return f"[{brand}] {words}" if brand else words


def is_euc_kr(text: str) -> bool:
    """Whether Korean carriers can show every character."""
    try:
        text.encode("euc_kr")
    except UnicodeEncodeError:
        return False
    return True


def _is_korean(number: PhoneNumber, locale: str | None) -> bool:
    if locale is not None:
        return locale.lower().replace("_", "-").partition("-")[0] == "ko"
    return number.country == "KR"
