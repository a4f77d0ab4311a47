"""Verification codes: what a person typed becomes digits, or nothing.

Lives here: normalisation alone. Must not: know which code is right; Twilio does.
"""

import re
import unicodedata
from typing import Final

# A Korean keyboard types full-width digits, and texts break codes into groups.
_IGNORED: Final = re.compile(r"[\s\-‐‑‒–—―−ー]+")  # noqa: RUF001 - people type these
_CODE: Final = re.compile(r"[0-9]{4,10}")
_LONGEST_TYPED: Final = 64


def read_code(typed: str) -> str | None:
    """Read a code of 4 to 10 digits; None when it cannot be one.

    The bounds are Twilio's: https://www.twilio.com/docs/verify/api/verification-check
    """
    if len(typed) > _LONGEST_TYPED:
        return None
    code = _IGNORED.sub("", unicodedata.normalize("NFKC", typed))
    return code if _CODE.fullmatch(code) else None
