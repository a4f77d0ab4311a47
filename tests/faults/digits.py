"""Telling a phone number or a code from the digits that ids, hashes and moments are full of.

Lives here: the two patterns. Where to look is `traces`'.
"""

import re
from typing import Final

# After its prefix a number is one wherever it stands; without, only by itself: 8 digits in a row are
# common in a hash.
_WHOLE_NUMBER: Final = re.compile(r"10[- ]?(?=(\d{4})[- ]?(\d{4}))")
_TAIL: Final = re.compile(r"(?<![\w.+/=-])(\d{4})[- ]?(\d{4})(?![\w.+/=-])")
# Neither the middle of an id nor a fraction of a second.
_CODE: Final = re.compile(r"(?<![\w.+/=-])\d{6}(?![\w.+/=-])")


def holds(text: str, tails: set[str], codes: set[str]) -> bool:
    """Whether a text holds one of these numbers, known by their last eight digits, or of these codes."""
    numbers = (found for pattern in (_WHOLE_NUMBER, _TAIL) for found in pattern.finditer(text))
    if any("".join(found.groups()) in tails for found in numbers):
        return True
    return any(found in codes for found in _CODE.findall(text))
