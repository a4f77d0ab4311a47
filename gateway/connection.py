"""Connections that keep a deadline: for the whole call, not for each read.

A read timeout starts anew with every byte, so a server that drips keeps a caller for as long as it
likes. Here every wait is what is left of the call's budget.
"""

import http.client
import io
import logging
import math
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from gateway.dial import dial
from gateway.errors import NotWrittenError
from gateway.exchange import Exchange

_NOTICED_SECONDS: Final = 0.05
_current: Final[ContextVar[Exchange]] = ContextVar("exchange")


@contextmanager
def under(exchange: Exchange) -> Iterator[None]:
    """Say which exchange the next call of this thread is; its client and connections fill it in."""
    token = _current.set(exchange)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Exchange:
    """Return the exchange that is under way in this thread."""
    return _current.get()


class _DeadlineReader(io.RawIOBase):
    """Reads a socket, waiting no longer than what is left."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call's budget is spent")
        # Setting it anew gives up the interpreter's lock: not for what nobody notices.
        if not left <= (self._sock.gettimeout() or math.inf) <= left + _NOTICED_SECONDS:
            self._sock.settimeout(left)
        return self._sock.recv_into(buffer)


class _DeadlineSocket:
    """A socket as `http.client` wants it for reading an answer."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(_DeadlineReader(self._sock, self._deadline))


class _DeadlineResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        given = _DeadlineSocket(sock, current().deadline)
        super().__init__(given, *args, **kwargs)  # type: ignore[arg-type]  # it only makes a file of it


class _Watched(HTTPConnection):
    """What both kinds of connection do: ask the guard before the first byte, and note that one left."""

    response_class: Any = _DeadlineResponse
    sock: socket.socket | None
    last_used_at: float = 0
    _parts: list[bytes] | None = None

    def request(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - urllib3's signature
        """Write a request in one piece: each write gives up the interpreter's lock twice."""
        parts: list[bytes] = []
        self._parts = parts
        try:
            super().request(*args, **options)
        finally:
            self._parts = None
        self._write(b"".join(parts))

    def send(self, data: Any) -> None:  # noqa: ANN401 - bytes, or what http.client takes for them
        if self._parts is None:
            self._write(data)
        else:
            self._parts.append(data)

    def _write(self, data: bytes) -> None:
        exchange = current()
        if self.sock is None:
            self.connect()
        if not exchange.reached:
            if time.monotonic() >= exchange.deadline:
                # Written now, it could only be doubted: nobody would wait for its answer.
                raise ConnectTimeoutError(self, "the call's budget is spent")
            if exchange.guard is not None and not exchange.guard():
                raise NotWrittenError
            exchange.reached = True
        super().send(data)

    def _new_conn(self) -> socket.socket:
        """Look up and connect within the connect budget as a whole; urllib3 gives it to each address anew."""
        try:
            return dial(self._dns_host, self.port, budget_seconds=self.timeout or 0.0)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "connecting took too long") from error
        except OSError as error:
            raise NewConnectionError(self, "connecting failed") from error


class DeadlineHTTPConnection(_Watched):
    """Plain HTTP, for a simulator."""


class DeadlineHTTPSConnection(_Watched, HTTPSConnection):
    """HTTPS."""


class _FreshOnly:
    """A pool that closes what idled too long: a connection that died in silence costs a doubtful call."""

    idle_seconds: float = 10

    def _get_conn(self, timeout: float | None = None) -> Any:  # noqa: ANN401 - urllib3's connection
        connection = super()._get_conn(timeout)
        if time.monotonic() - connection.last_used_at > self.idle_seconds:
            connection.close()
        return connection

    def _put_conn(self, conn: Any) -> None:  # noqa: ANN401 - as above
        if conn is not None:
            conn.last_used_at = time.monotonic()
        super()._put_conn(conn)


def make_pools(*, concurrency: int, idle_seconds: float) -> PoolManager:
    """Make keep-alive pools as wide as the concurrency."""

    class Plain(_FreshOnly, HTTPConnectionPool):
        ConnectionCls = DeadlineHTTPConnection

    class Secure(_FreshOnly, HTTPSConnectionPool):
        ConnectionCls = DeadlineHTTPSConnection

    # At DEBUG it prints URLs, and a URL can hold a phone number.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
    # At WARNING it does, for an answer whose headers cannot be parsed.
    logging.getLogger("urllib3.connection").setLevel(logging.ERROR)
    Plain.idle_seconds = Secure.idle_seconds = idle_seconds
    pools = PoolManager(num_pools=4, maxsize=concurrency, block=False, retries=False)
    pools.pool_classes_by_scheme = {"http": Plain, "https": Secure}
    return pools
