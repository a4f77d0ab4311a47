"""Where a full number or a code might have been left: logs, Redis, tables.

Lives here: looking everywhere for digits that must be nowhere.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import redis as redis_client
from psycopg import sql

from tests.faults.stage import Stage

_CHUNK = 200


def traces(stage: Stage, numbers: Iterable[str], codes: Iterable[str]) -> list[str]:
    """Return where a number or a code was found, never what."""
    patterns = _patterns(numbers, codes)
    places = {name: text for source in _SOURCES for name, text in source(stage)}
    return sorted(name for name, text in places.items() if any(p.search(text) for p in patterns))


def _patterns(numbers: Iterable[str], codes: Iterable[str]) -> list[re.Pattern[str]]:
    """A number in any writing; a code by itself, not the middle of an id or a fraction of a second."""
    written = [f"{to[-8:-4]}[- ]?{to[-4:]}" for to in numbers]
    alone = [rf"(?<![\w.+/=-]){code}(?![\w.+/=-])" for code in codes]
    every = written + alone
    return [re.compile("|".join(every[i : i + _CHUNK])) for i in range(0, len(every), _CHUNK)]


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
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (name,) in names:
            query = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name))
            rows = connection.execute(query).fetchall()
            yield f"table {name}", "\n".join(row[0] for row in rows)


_SOURCES = (_logs, _redis, _tables)
