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
    if task.state == "RETRY":
        waits = _WAITS.search(task.exception or "")
        task.result = f"waits: {waits[1]}" if waits else task.result
    elif task.state == "SUCCESS":
        told = {
            name: found[1] for name, pattern in _TOLD.items() if (found := pattern.search(task.result or ""))
        }
        outcome, kind, phone = (told.get(name) for name in _TOLD)
        parts = (outcome, f"({kind})" if kind else None, phone)
        task.result = " ".join(part for part in parts if part) or task.result
    elif task.state == "FAILURE":
        task.result = f"a bug of ours: {task.exception}"
    return task
