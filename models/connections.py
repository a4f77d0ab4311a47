"""PostgreSQL's connections as a pool lends them: looked at before use, without a round trip.

Lives here: what is done on a connection's way out of the pool and back, and when one is given up. What it is
worth: docs/performance.md.
"""

import select
import threading
import time
from typing import Any, Final

from psycopg import Connection
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_WARM_SECONDS: Final = 0.25
"""Under load even a look has its price, and a connection that works is used again within milliseconds."""

_IDLE_SECONDS: Final = 5.0
"""A connection that died in silence is found by a round trip, after idling for so long."""

_READ_ONLY: Final = "25006"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_LAST_USED: Final = "last_used"


class Lending:
    """How a pool's connections are lent; safe to share between threads.

    SQLAlchemy's `pool_pre_ping` asks on every use: a round trip as dear as the statement itself. A server
    that ends or restarts says so, and its last words wait in the socket.
    """

    def __init__(self, engine: Engine) -> None:
        """Look at an engine's connections from now on."""
        self._engine = engine
        self._none_before = float("-inf")
        self._thread = threading.local()
        event.listen(engine, "checkin", self._put_back)
        event.listen(engine, "checkout", self._take)
        event.listen(engine, "handle_error", self._hear)

    def quickly(self) -> SqlConnection:
        """Lend a connection for one statement; one that worked a moment ago as it is.

        Should its server have gone since, that statement is lost, and no other.
        """
        self._thread.is_quick = True
        try:
            return self._engine.connect()
        finally:
            self._thread.is_quick = False

    def is_over(self, connection: Any, error: BaseException) -> bool:  # noqa: ANN401 - a driver's connection
        """Whether a connection is of no use after an error; then none is that was put back before."""
        is_lost = connection is None or connection.closed or connection.broken
        if is_lost or _is_read_only(error):
            self._none_before = time.monotonic()
            return True
        return False

    def _hear(self, context: ExceptionContext) -> None:
        """Give up connections to a server that has become read-only: the address leads elsewhere by now."""
        if _is_read_only(context.original_exception):
            context.is_disconnect = True

    def _put_back(self, connection: Connection[Any] | None, entry: ConnectionPoolEntry) -> None:  # noqa: ARG002 - as SQLAlchemy calls
        entry.info[_LAST_USED] = time.monotonic()

    def _take(
        self, connection: Connection[Any], entry: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        """Replace a connection that its server has left before a statement is lost on it."""
        last_used = entry.info.get(_LAST_USED)
        if last_used is None:
            return
        if last_used < self._none_before:
            raise InvalidatePoolError
        idle_seconds = time.monotonic() - last_used
        if idle_seconds < _WARM_SECONDS and getattr(self._thread, "is_quick", False):
            return
        if idle_seconds < _IDLE_SECONDS and not _has_news(connection):
            return
        try:
            self._engine.dialect.do_ping(connection)  # type: ignore[arg-type]  # what the dialect itself opened
        except Exception as error:
            raise InvalidatePoolError from error


def _is_read_only(error: BaseException) -> bool:
    """Whether a server refused to write because it has become read-only."""
    return getattr(error, "sqlstate", None) == _READ_ONLY


def _has_news(connection: Connection[Any]) -> bool:
    """Whether the server has said something that nobody asked for; a closed connection has, too."""
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
