"""PostgreSQL's connections as a pool lends them: looked at before use, without a round trip.

Lives here: what is done on a connection's way out of the pool and back, and the cursors that statements run
on. What each is worth: docs/performance.md.
"""

import select
import time
from typing import Any, Final

from psycopg import Connection, Cursor
from psycopg.pq.abc import PGresult
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_IDLE_SECONDS: Final = 5.0
"""A connection that died in silence is found by a round trip, after idling for so long."""

_LAST_USED: Final = "last_used"


class LeanCursor(Cursor[Any]):
    """A cursor that describes a result once and briefly: psycopg does it anew whenever it is looked at."""

    _described: tuple[PGresult | None, list[Any] | None] = (None, None)

    @property
    def description(self) -> list[Any] | None:
        """Describe the columns by name and type, which is what SQLAlchemy reads: PEP 249 has seven fields."""
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        if result is not self._described[0]:
            self._described = (result, [_column(result, place) for place in range(result.nfields)])
        return self._described[1]


def _column(result: PGresult, place: int) -> tuple[Any, ...]:
    name = result.fname(place)
    return (name.decode() if name else "", result.ftype(place), None, None, None, None, None)


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
