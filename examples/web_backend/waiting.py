"""How long a request waits for an outcome: up to 5 s, or less if it says so.

`Prefer: wait=1` is a caller's "at most so long": https://www.rfc-editor.org/rfc/rfc7240#section-4.3
"""

import re
from typing import Annotated, Final

from fastapi import Header

LONGEST_SECONDS: Final = 5
_WAIT: Final = re.compile(r"\bwait=(\d{1,3})\b")


def patience_seconds(prefer: Annotated[str, Header()] = "") -> int:
    """Read how long the caller would wait."""
    asked = _WAIT.search(prefer)
    return min(int(asked[1]), LONGEST_SECONDS) if asked else LONGEST_SECONDS
