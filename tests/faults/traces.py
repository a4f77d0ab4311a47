"""Where a full number or a code might have been left: logs, Redis, tables.

Lives here: looking everywhere for digits that must be nowhere.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import redis as redis_client
from psycopg import sql

from tests.faults.digits import holds
from tests.faults.stage import Stage


def traces(stage: Stage, numbers: Iterable[str], codes: Iterable[str]) -> list[str]:
    """Return where a number or a code was found, never what."""
    tails, secrets = {to[-8:] for to in numbers}, set(codes)
    places = (place for source in _SOURCES for place in source(stage))
    return sorted(name for name, text in places if holds(text, tails, secrets))


def _logs(stage: Stage) -> Iterator[tuple[str, str]]:
    for path in stage.crew.logs:
        yield f"log {Path(path).name}", path.read_text(errors="replace")


def _redis(stage: Stage) -> Iterator[tuple[str, str]]:
    for database in (0, 1):
        with stage.broker.client(database) as client:
            for key in client.scan_iter(count=1000):
                yield f"Redis {database} {key.decode(errors='replace')[:24]}", _value(client, key)


def _value(client: "redis_client.Redis[bytes]", key: bytes) -> str:
    kind = client.type(key).decode()
    read = {
        "string": client.get,
        "list": lambda name: client.lrange(name, 0, -1),
        "hash": client.hgetall,
        "zset": lambda name: client.zrange(name, 0, -1),
        "set": client.smembers,
    }
    return repr(read[kind](key)) if kind in read else ""


def _tables(stage: Stage) -> Iterator[tuple[str, str]]:
    with psycopg.connect(stage.plain_url) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
        for table, column in columns:
            query = sql.SQL("SELECT {}::text FROM {}").format(sql.Identifier(column), sql.Identifier(table))
            rows = connection.execute(query).fetchall()
            yield f"table {table}, {column}", "\n".join(row[0] or "" for row in rows)


_SOURCES = (_logs, _redis, _tables)
