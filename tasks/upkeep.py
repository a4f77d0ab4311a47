"""The upkeep: what every worker does now and then: nothing is kept too long, and suspects are known.

Lives here: when. What is erased is in tasks/erase.py, what is removed in tasks/purge.py, whom to suspect
in tasks/watch.py.
"""

import random
import time
from collections.abc import Callable
from typing import Final

import structlog

from tasks.erase import erase_codes
from tasks.purge import purge_piece
from tasks.services import Services

log: Final = structlog.get_logger()


class Upkeep:
    """Erases codes with each call, removes a piece of what is old about once an hour, and reads the watch.

    The first piece comes at a moment of its own within that hour, so that workers that were started
    together do not do it together.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._purge_at: float | None = None

    def __call__(self, services: Services) -> None:
        """Do what is due."""
        self._erase(services)
        interval = services.figures.purge_interval_seconds
        if self._purge_at is None:
            self._purge_at = self._clock() + interval * random.random()  # noqa: S311 - spreads load
        if self._clock() >= self._purge_at:
            is_more = self._purge(services)
            pause = 0 if is_more else interval * random.uniform(0.75, 1.25)  # noqa: S311 - as above
            self._purge_at = self._clock() + pause
        # Last: counting a day may take too long, and must not keep anything from being removed.
        services.watch.read(services.database)

    def _erase(self, services: Services) -> None:
        erased = erase_codes(services)
        if erased.typed or erased.approved:
            log.info("upkeep.codes_erased", typed=erased.typed, approved=erased.approved)

    def _purge(self, services: Services) -> bool:
        piece = purge_piece(services)
        if piece.removed.total():
            log.info("upkeep.purged", **piece.removed, is_more=piece.is_more)
        return piece.is_more
