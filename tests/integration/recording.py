"""A recording of everything that a Redis is told, and of what it holds.

Lives here: MONITOR on a connection of its own, read to bytes as they were sent
(https://redis.io/docs/latest/commands/monitor/). Times and addresses that Redis adds are left out.
"""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

import redis as redis_client

from worker.demo.redis_server import RedisServer
from worker.demo.waiting import wait_until

_WORD: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\(x[0-9a-f]{2}|.)", re.DOTALL)
_SHORT: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}
_DATABASES: Final = (0, 1)


class Recording:
    """What was told to a server; grows until it is closed."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._raw = bytearray()
        self._socket = socket.create_connection(("127.0.0.1", server.port))
        self._socket.sendall(b"MONITOR\r\n")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        wait_until(lambda: self._raw.startswith(b"+OK\r\n"), "Redis tells what it is told", seconds=10)

    def commands(self) -> list[list[bytes]]:
        """Return every command so far, as its words."""
        self._catch_up()
        lines = bytes(self._raw).split(b"\r\n")
        return [[_unescape(word) for word in _WORD.findall(line)] for line in lines if b"] " in line]

    def text(self) -> bytes:
        """Return all words of all commands so far, one a line."""
        return b"\n".join(word for command in self.commands() for word in command)

    def close(self) -> None:
        """Hang up."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join(timeout=10)
        self._socket.close()

    def _read(self) -> None:
        while chunk := self._socket.recv(65_536):
            self._raw += chunk

    def _catch_up(self) -> None:
        """Wait until a word of our own has come back: all that was said before it has, too."""
        word = uuid4().hex
        with redis_client.Redis(port=self._server.port) as client:
            client.echo(word)
        wait_until(lambda: word.encode() in self._raw, "the recording is complete", seconds=10)


@contextmanager
def recording(server: RedisServer) -> Iterator[Recording]:
    """Record what a server is told."""
    made = Recording(server)
    try:
        yield made
    finally:
        made.close()


def contents(server: RedisServer) -> bytes:
    """Return all keys of a server with what they hold."""
    return b"\n".join(entry for database in _DATABASES for entry in _entries(server, database))


def _entries(server: RedisServer, database: int) -> Iterator[bytes]:
    with redis_client.Redis(port=server.port, db=database) as client:
        for key in client.scan_iter(count=1000):
            read = {
                b"string": lambda name: [client.get(name) or b""],
                b"list": lambda name: client.lrange(name, 0, -1),
                b"hash": lambda name: [word for pair in client.hgetall(name).items() for word in pair],
                b"zset": lambda name: client.zrange(name, 0, -1),
                b"set": client.smembers,
            }[client.type(key)]
            yield key
            yield from read(key)


def _unescape(word: bytes) -> bytes:
    return _ESCAPE.sub(_character, word)


def _character(match: re.Match[bytes]) -> bytes:
    escaped = match.group(1)
    if len(escaped) > 1:
        return bytes.fromhex(escaped[1:].decode())
    return _SHORT.get(escaped, escaped)
