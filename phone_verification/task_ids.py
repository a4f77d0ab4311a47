"""Task ids: the idempotency key of one intent.

Lives here: the rule for ids. Ids are shown in logs, Flower and tables, so an id that could carry a
phone number is refused: seven digits in a row, unless the whole is a canonical UUID.
"""

import re
from typing import Final
from uuid import uuid4

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ALLOWED: Final = re.compile(r"(?!.*[0-9]{7})[A-Za-z0-9._:-]{8,64}")


def new_task_id() -> str:
    """Make the id of a new intent."""
    return str(uuid4())


def is_task_id(text: object) -> bool:
    """Whether this may name an intent."""
    return isinstance(text, str) and bool(_UUID.fullmatch(text) or _ALLOWED.fullmatch(text))
