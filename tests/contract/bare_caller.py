"""A caller that has neither Celery nor this product: redis-py, a database's driver, and docs/contract.md.

Run as a program, so that nothing else is imported. It copies from the page what the page gives to be copied,
and prints what came of it as JSON, with the modules that it took.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import shlex
import sqlite3
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import psycopg
import redis
from cryptography.fernet import Fernet

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text()
PATIENCE_SECONDS = 30


def block(language: str, *words: str) -> str:
    """Return the page's one block in this language that has these words."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (found,) = [one for one in blocks if all(word in one for word in words)]
    return str(found)


def commands(text: str) -> list[list[str]]:
    """Split a block of redis-cli's commands as a shell does; each begins with the name of its address."""
    words = shlex.split(text)
    starts = [at for at, word in enumerate(words) if word == "redis-cli"]
    split = [words[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    assert all(one[1] == "-u" for one in split)
    return [[one[2].removeprefix("$"), *one[3:]] for one in split]


def execute(command: list[str]) -> Any:
    """Run one Redis command at the address that it names."""
    with redis.Redis.from_url(os.environ[command[0]]) as connection:
        return connection.execute_command(*command[1:])


def poll_key(get: list[str]) -> dict[str, Any]:
    """Repeat a GET until it tells a success."""
    for _ in patiently():
        told = json.loads(execute(get) or "{}")
        if told.get("status") == "SUCCESS":
            return dict(told["result"])
    raise TimeoutError(get[-1])


def patiently() -> Any:
    """Look again and again for a while."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        yield
        time.sleep(0.05)


def push_verbatim(operation: str) -> dict[str, Any]:
    """Copy the commands as they stand: ask, and poll."""
    ask, get = commands(block("sh", f"LPUSH verification.{operation} '", "celery-task-meta"))
    execute(ask)
    return poll_key(get)


def push_own(operation: str, task_id: str, arguments: str) -> dict[str, Any]:
    """Put one's own values into the page's message, and nothing else."""
    ask, get = commands(block("sh", f"LPUSH verification.{operation} '", "celery-task-meta"))
    message = json.loads(ask.pop())
    message["body"] = base64.b64encode(f"[[], {arguments}, {{}}]".encode()).decode()
    get[-1] = get[-1].replace(message["headers"]["id"], task_id)
    message["headers"]["id"] = task_id
    message["properties"]["delivery_tag"] = str(uuid.uuid4())
    execute([*ask, json.dumps(message)])
    return poll_key(get)


def insert_verbatim(operation: str) -> dict[str, Any]:
    """Copy the statements as they stand: accept, twice, then ring for a send, and poll."""
    insert = block("sql", "INSERT", f"'{operation}'")
    task_id = re.findall(r"VALUES \('([0-9a-f-]+)'", insert)[0]
    accepted = [run_sql(insert), run_sql(insert)]
    if operation == "send":
        (ring,) = commands(block("sh", "ignore_result"))
        execute(ring)
    return {"accepted": [len(rows) for rows in accepted], **poll_row(task_id)}


def insert_own(operation: str, task_id: str, arguments: str) -> dict[str, Any]:
    """Put one's own values into the page's statement, made as its table says."""
    insert, given = block("sql", "INSERT", f"'{operation}'"), json.loads(arguments)
    e164 = "+82" + given["phone_number"].replace("-", "")[1:]
    *_, fingerprint_, token = quoted = re.findall(r"'(?:k1:|gAAAA)[^']+'", insert)
    own = {
        re.findall(r"VALUES \('([0-9a-f-]+)'", insert)[0]: task_id,
        quoted[0].strip("'"): fingerprint("phone", e164),
        fingerprint_.strip("'"): fingerprint("arguments", canonical(given)),
        token.strip("'"): seal({**given, "task_id": task_id}),
    }
    if operation == "check":
        own[quoted[1].strip("'")] = fingerprint("code", e164, given["code"])
        own[re.findall(r"^ +'([0-9a-f-]{36})'", insert, re.MULTILINE)[0]] = given["verification_id"]
    for theirs, mine in own.items():
        insert = insert.replace(theirs, mine)
    run_sql(insert)
    return poll_row(task_id)


def poll_row(task_id: str) -> dict[str, Any]:
    """Repeat the page's SELECT until the run is done."""
    select = re.sub(r"'[0-9a-f-]+'", f"'{task_id}'", block("sql", "SELECT state, result"))
    for _ in patiently():
        (row,) = run_sql(select)
        if row[0] == "done":
            return dict(row[1] if isinstance(row[1], dict) else json.loads(row[1]))
    raise TimeoutError(task_id)


def run_sql(statement: str) -> list[Any]:
    """Run a statement of the page's; for SQLite with the moment as the page writes it there."""
    url = os.environ["DATABASE_URL"]
    if url.startswith("postgresql"):
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            return connection.execute(statement.encode()).fetchall()
    (moment,) = re.findall(r"On SQLite the last value is `(strftime[^`]+)`", PAGE)
    statement = re.sub(
        r"clock_timestamp\(\) \+ interval '(\d+) seconds'",
        lambda found: str(moment).replace("120 seconds", f"{found[1]} seconds"),
        statement,
    )
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)
    with connection:
        rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


def fingerprint(*label_and_parts: str) -> str:
    """HMAC-SHA256 under the last key that is not retired."""
    usable = [entry for entry in os.environ["HMAC_KEYS"].split(",") if not entry.endswith(":retired")]
    key_id, key = usable[-1].split(":")
    made = hmac.new(base64.b64decode(key), "\n".join(label_and_parts).encode(), hashlib.sha256)
    return f"{key_id}:{made.hexdigest()}"


def canonical(given: dict[str, Any]) -> str:
    """All arguments in the one form that fingerprints cover."""
    return json.dumps(given, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def seal(given: dict[str, Any]) -> str:
    """A Fernet token under the first key."""
    key = base64.b64decode(os.environ["SEAL_KEYS"].split(",")[0].split(":")[1])
    return Fernet(base64.urlsafe_b64encode(key)).encrypt(json.dumps(given).encode()).decode()


WAYS = {
    "push-verbatim": push_verbatim,
    "push-own": push_own,
    "insert-verbatim": insert_verbatim,
    "insert-own": insert_own,
}

if __name__ == "__main__":
    came_of_it = WAYS[sys.argv[1]](*sys.argv[2:])
    modules = sorted({name.partition(".")[0] for name in sys.modules})
    sys.stdout.write(json.dumps({"result": came_of_it, "modules": modules}))
