"""Flower's settings, which it reads from the folder it is started in.

Flower shows tasks to whoever can reach it, so it is reached from this machine alone, and elsewhere only with
a password. It looks on and changes nothing: a task revoked here would be rung for again, and one applied here
would text a person. The command line says otherwise (`--read_only=False`):
https://flower.readthedocs.io/en/latest/config.html
"""

import re
from typing import Any

from tornado.options import options

_HERE = ("127.0.0.1", "::1", "localhost")

address = options.address or _HERE[0]
if address not in _HERE and not (options.basic_auth or options.auth):
    raise SystemExit(
        f"Flower would be open to everybody who reaches {address}: "
        "set FLOWER_BASIC_AUTH=user:password, or listen on 127.0.0.1."
    )

read_only = True
# The newest; the table task_runs has all.
max_tasks = 20_000
# A container that was replaced had a name of its own: it need not be shown as offline for ever.
purge_offline_workers = 600
tasks_columns = "name,uuid,state,result,received,runtime,worker"

_TOLD = {name: re.compile(rf"'{name}': '([^']*)'") for name in ("outcome", "kind", "phone")}
_WAITS = re.compile(r"Waiting\('([^']*)'\)")


def format_task(task: Any) -> Any:  # noqa: ANN401 - Celery's record of a task
    """Tell what came of a task in a line, as `rejected (invalid_code) +82*****5678`, or why it waits."""
    told = {
        "SUCCESS": _what_came_of_it(task.result or ""),
        "RETRY": _why_it_waits(task.exception or ""),
        "FAILURE": f"a bug of ours: {task.exception}",
    }
    task.result = told.get(task.state) or task.result
    return task


def _what_came_of_it(result: str) -> str:
    found = {name: pattern.search(result) for name, pattern in _TOLD.items()}
    outcome, kind, phone = (match and match[1] for match in found.values())
    return " ".join(part for part in (outcome, kind and f"({kind})", phone) if part)


def _why_it_waits(exception: str) -> str:
    found = _WAITS.search(exception)
    return f"waits: {found[1].removeprefix('waits for ')}" if found else ""
