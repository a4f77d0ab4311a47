"""Task ids: the idempotency key of one intent.

Lives here: the rule for ids. Ids are shown in logs, Flower and tables, so an id that could carry a
phone number is refused, unless the whole is a canonical UUID: seven digits in a row, or digits in groups as
people write a number (010-1234-5678).
"""

import re
from typing import Final
from uuid import uuid4

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IN_A_ROW: Final = r"[0-9]{7}"
_GROUPED: Final = r"[0-9]{2}[._:-][0-9]{3,4}[._:-][0-9]{4}"
_ALLOWED: Final = re.compile(rf"(?!.*{_IN_A_ROW})(?!.*{_GROUPED})[A-Za-z0-9._:-]{{8,64}}")
_NUMBER: Final = re.compile(rf"{_IN_A_ROW}|{_GROUPED}")


def new_task_id() -> str:
    """Make the id of a new intent."""
    return str(uuid4())


def is_task_id(text: object) -> bool:
    """Whether this may name an intent."""
    return isinstance(text, str) and bool(_UUID.fullmatch(text) or _ALLOWED.fullmatch(text))


def could_carry_number(text: str) -> bool:
    """Whether a name that a caller made up has the digits of a phone number in it."""
    return bool(_NUMBER.search(text))


def shown_id(text: str | None) -> str | None:
    """Return an id as it may be shown: another language's INSERT may have put a number in its place."""
    return text if text is None or is_task_id(text) else "(malformed)"
