"""Dropped messages: counted, and told in one line that says why and nothing of what they said."""

from collections import Counter
from threading import Lock
from typing import Final

import structlog

from tasks.metrics import count_dropped

log: Final = structlog.get_logger()

_dropped: Final[Counter[str]] = Counter()
_counting: Final = Lock()


def tell_dropped(why: str, **facts: str) -> None:
    """Count a message that is dropped for this reason, and log how many there were.

    `facts` are names of ours (an exception's type), never anything of the message.
    """
    with _counting:
        _dropped[why] += 1
        count = _dropped[why]
    count_dropped(why)
    log.error("message.dropped", why=why, count=count, **facts)
