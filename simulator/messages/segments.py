"""How many SMS a text takes: https://www.twilio.com/docs/glossary/what-sms-character-limit."""

import math

# https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding; those of the second line count twice.
_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_TWICE = frozenset("\f^{}\\[~]|€")


def count_segments(body: str) -> int:
    """One up to 160 GSM-7 or 70 UCS-2 characters, else as many as shorter parts are needed."""
    characters = set(body)
    if characters <= _GSM_7 | _GSM_7_TWICE:
        return _parts(len(body) + sum(body.count(each) for each in _GSM_7_TWICE), 160, 153)
    return _parts(len(body.encode("utf-16-le", "surrogatepass")) // 2, 70, 67)


def _parts(length: int, single: int, part: int) -> int:
    return 1 if length <= single else math.ceil(length / part)
