"""A thread that lives only while there is something to look at.

Lives here: waiting for the next look's time. A healthy process has no such thread; it is a daemon, so that
an open breaker never keeps a process from ending.
"""

import threading
import time
from collections.abc import Callable


class Prober:
    """Calls `look` whenever `next_at` (monotonic seconds; None when nothing is waited for) has come."""

    def __init__(self, next_at: Callable[[], float | None], look: Callable[[], None]) -> None:
        self._next_at = next_at
        self._look = look
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Say that the next look's time may have changed."""
        with self._changed:
            self._changed.notify()
            if self._thread is None and self._next_at() is not None:
                thread = threading.Thread(target=self._run, name="breaker-probe", daemon=True)
                try:
                    thread.start()
                except RuntimeError:
                    # No thread to be had; whoever is refused next wakes it again.
                    return
                self._thread = thread

    def _run(self) -> None:
        while self._wait():
            self._look()

    def _wait(self) -> bool:
        """Wait until a look is due; False, and the thread is over, when nothing is waited for."""
        with self._changed:
            while True:
                at = self._next_at()
                if at is None:
                    self._thread = None
                    return False
                left = at - time.monotonic()
                if left <= 0:
                    return True
                self._changed.wait(left)
