"""The sinks: everywhere that something said may end up, read out as text.

Lives here: keeping what was said under the sink's name, and the reading of Redis and of tables.
"""

import base64
import json
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis as redis_client
from sqlalchemy import inspect, select, table, text

from models.database import Database
from phone_verification.queues import QUEUES
from tests.spellings import Marked, found_in
from worker.demo.waiting import wait_until

Finds = dict[str, list[str]]


class Sinks:
    """What was said, by sink."""

    def __init__(self) -> None:
        self._said: defaultdict[str, list[bytes]] = defaultdict(list)

    def keep(self, sink: str, said: object) -> None:
        """Keep a text, bytes, or whatever JSON can say."""
        if isinstance(said, bytes):
            self._said[sink].append(said)
        elif isinstance(said, str):
            self._said[sink].append(said.encode(errors="surrogatepass"))
        else:
            self._said[sink].append(json.dumps(said, ensure_ascii=False, default=repr).encode())

    def keep_file(self, sink: str, path: Path) -> None:
        """Keep a file's bytes."""
        self.keep(sink, path.read_bytes())

    def said_in(self, sink: str) -> str:
        """Return what was said in one sink."""
        return b"\n".join(self._said[sink]).decode(errors="replace")

    @property
    def names(self) -> set[str]:
        """The sinks in which anything was kept."""
        return {name for name, said in self._said.items() if any(said)}

    def finds(self, marks: Iterable[Marked]) -> Finds:
        """Say in which sinks something marked is, and how it is written there."""
        marks = tuple(marks)
        found = {name: found_in(b"\n".join(said), marks) for name, said in self._said.items()}
        return {name: finds for name, finds in found.items() if finds}


def redis_values(port: int) -> Iterator[bytes]:
    """Read every key of every database, name and value."""
    for database in range(16):
        with redis_client.Redis(port=port, db=database) as client:
            for key in client.scan_iter(count=1000):
                yield key
                yield from _flat(_value(client, key))


def is_in_hand(port: int) -> bool:
    """Whether any message waits, or is in a worker's hand."""
    with redis_client.Redis(port=port) as client:
        return bool(client.exists("unacked", "unacked_index", *QUEUES.values()))


def redis_headers(port: int) -> Iterator[str]:
    """Read what is in a worker's hand, without the bodies: those hold arguments until the task ends."""
    with redis_client.Redis(port=port) as client:
        for held in client.hvals("unacked"):
            message, *route = json.loads(held)
            yield json.dumps([{**message, "body": ""}, route])


def _value(client: Any, key: bytes) -> Any:
    readers = {
        b"string": lambda: client.get(key),
        b"list": lambda: client.lrange(key, 0, -1),
        b"hash": lambda: client.hgetall(key),
        b"zset": lambda: client.zrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"none": list,
    }
    return readers[client.type(key)]()


def _flat(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from pair
    else:
        yield from value or ()


def table_rows(database: Database) -> Iterator[str]:
    """Read every column of every table, as the database would print it."""
    for name in inspect(database.engine).get_table_names():
        with database.transaction() as connection:
            for row in connection.execute(select(text("*")).select_from(table(name))):
                yield f"{name} {tuple(row)!r}"


@contextmanager
def published(port: int, sinks: Sinks) -> Iterator[None]:
    """Keep what is published on this Redis, but for what others say to workers."""
    with redis_client.Redis(port=port) as client, client.pubsub() as channel:
        channel.psubscribe("*")
        wait_until(lambda: channel.get_message(timeout=1), "the subscription holds", seconds=10)
        is_over = threading.Event()

        def listen() -> None:
            while not is_over.is_set():
                message = channel.get_message(timeout=0.2)
                if message is not None and not _is_said_to_workers(message):
                    sinks.keep("published", message["channel"] + b" " + _bytes(message["data"]))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join(timeout=5)


def _bytes(data: object) -> bytes:
    return data if isinstance(data, bytes) else str(data).encode()


def _is_said_to_workers(message: dict[str, Any]) -> bool:
    """Whether somebody else says this: remote control, or a caller's app that it sent a task."""
    if bytes(message["channel"]).endswith(b".celery.pidbox"):
        return True
    try:
        event = json.loads(base64.b64decode(json.loads(_bytes(message["data"]))["body"]))
        return bool(event["type"] == "task-sent")
    except (ValueError, KeyError, TypeError):
        return False
