"""The service's recent texts, listed once for many runs in doubt.

Twilio answers 100 such questions a minute. After an outage hundreds of sends may be in doubt at once; one
list of all texts settles them together. While few ask, each asks for its own number: that list is short.
https://www.twilio.com/docs/verify/api/list-verification-attempts
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from gateway.answer import Answer, AnswerClass

_MINUTE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class _Page:
    answer: Answer
    began_at: float


class RecentTexts:
    """Answers "which texts were sent to this number", from one list when more than `most` ask a minute."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._asked: deque[float] = deque()
        self._counting = threading.Lock()
        self._listing = threading.Lock()
        self._page: _Page | None = None

    def of(self, to: str, *, ask_one: Callable[[], Answer], ask_all: Callable[[], Answer]) -> Answer:
        """Return what was listed after this was called: an older list could miss what landed since."""
        wanted_at = time.monotonic()
        if self._is_calm(wanted_at):
            return ask_one()
        listed = self._all(wanted_at, ask_all)
        if listed.answer_class is not AnswerClass.SUCCEEDED:
            return listed
        if any(text.to is None for text in listed.attempts):
            return ask_one()
        return replace(listed, attempts=tuple(text for text in listed.attempts if text.to == to))

    def _is_calm(self, now: float) -> bool:
        with self._counting:
            while self._asked and self._asked[0] < now - _MINUTE_SECONDS:
                self._asked.popleft()
            self._asked.append(now)
            return len(self._asked) <= self._most

    def _all(self, wanted_at: float, ask_all: Callable[[], Answer]) -> Answer:
        """List all texts, or share the list that somebody began meanwhile."""
        with self._listing:
            page = self._page
            if page is None or page.began_at < wanted_at:
                page = self._page = _Page(began_at=time.monotonic(), answer=ask_all())
            return page.answer
