"""The backlog, looked at now and then, so that a scrape never waits for a database.

Lives here: one thread and its last look. Every worker tells the same backlog: query with `max`, not `sum`.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from models.backlog import BACKLOG
from models.database import AnyRow
from tasks.services import Services

log: Final = structlog.get_logger()


class BacklogLook:
    """The last look at what has not ended; `rows` is None when the database did not answer it.

    `is_answered` says whether it did, and is None before the first look.
    """

    rows: Sequence[AnyRow] | None = None
    is_answered: bool | None = None

    def __init__(self) -> None:
        self._stopping = threading.Event()

    def start(self, services: Callable[[], Services]) -> None:
        """Look again and again, on a thread that keeps no process from ending."""
        threading.Thread(target=self._run, args=(services,), name="backlog-look", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    def look(self, services: Services) -> None:
        """Look once; a database that is away leaves nothing to tell, rather than what was true before."""
        try:
            self.rows = services.database.all(BACKLOG, {})
        except Exception as error:  # noqa: BLE001 - away, or not migrated yet: the next look will tell
            self.rows = None
            if self.is_answered is not False:
                log.warning("metrics.backlog_unread", error=type(error).__name__)
        self.is_answered = self.rows is not None

    def _run(self, services: Callable[[], Services]) -> None:
        known = services()
        while True:
            self.look(known)
            if self._stopping.wait(known.figures.backlog_interval_seconds):
                return
