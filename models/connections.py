"""PostgreSQL's connections as a pool lends them: looked at before use, without a round trip.

Lives here: what is done on a connection's way out of the pool and back, and the cursors that statements run
on. What each is worth: docs/performance.md.
"""

import select
import time
from typing import Any, Final

from psycopg import Column, Connection, Cursor
from psycopg.pq.abc import PGresult
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_IDLE_SECONDS: Final = 5.0
"""A connection that died in silence is found by a round trip, after idling for so long."""

_LAST_USED: Final = "last_used"


class LeanCursor(Cursor[Any]):
    """A cursor that describes a result once: psycopg makes the description anew whenever it is looked at."""

    _described: tuple[PGresult | None, list[Column] | None] = (None, None)

    @property
    def description(self) -> list[Column] | None:
        """Describe the columns of the result."""
        result, description = self._described
        if result is None or result is not self.pgresult:
            description = super().description
            self._described = (self.pgresult, description)
        return description


def look_before_use(engine: Engine) -> None:
    """Replace a connection that its server has left before a statement is lost on it.

    SQLAlchemy's `pool_pre_ping` asks on every use: a round trip as dear as the statement itself. A server
    that ends or restarts says so, and its last words wait in the socket.
    """

    @event.listens_for(engine, "checkin")
    def _put_back(connection: Connection[Any] | None, entry: ConnectionPoolEntry) -> None:  # noqa: ARG001 - as SQLAlchemy calls
        entry.info[_LAST_USED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _take(connection: Connection[Any], entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        last_used = entry.info.get(_LAST_USED)
        if last_used is None:
            return
        if time.monotonic() - last_used < _IDLE_SECONDS and not _has_news(connection):
            return
        try:
            engine.dialect.do_ping(connection)  # type: ignore[arg-type]  # what the dialect itself opened
        except Exception as error:
            raise InvalidatePoolError from error


def _has_news(connection: Connection[Any]) -> bool:
    """Whether the server has said something that nobody asked for; a closed connection has, too."""
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
