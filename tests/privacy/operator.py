"""An operator who looks at everything: remote control, Flower's pages, the command line.

Lives here: what is looked at, while messages are in hand and after. All of it goes into the sinks.
"""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlencode

from click.testing import CliRunner

from tests.flower import read_page
from tests.privacy.marks import CLIENT_REF, PLANTED, WRONG_CODE
from tests.privacy.sinks import redis_headers
from tests.privacy.stage import Stage
from tests.privacy.teller import SEND, Teller
from worker.commands import main
from worker.demo.waiting import wait_until

_INSPECTED: Final = (
    "active",
    "reserved",
    "scheduled",
    "revoked",
    "registered",
    "conf",
    "stats",
    "report",
    "active_queues",
    "live_objects",
)
_TABLE: Final = {
    "draw": 1,
    "start": 0,
    "length": 500,
    "order[0][column]": 0,
    "columns[0][data]": "name",
    "search[value]": "",
}


@contextmanager
def _messages_in_hand(*tellers: Teller) -> Iterator[list[str]]:
    """Hold sends of both doors at Twilio, one behind them, and one for its time to come."""
    durable, opened = tellers
    stage = durable.stage
    with durable.fault("hold", "start", times=4) as held:
        ids = [
            *(teller.send(teller.number("held").typed) for teller in tellers),
            *(teller.send(teller.number("waiting").typed) for teller in tellers),
        ]
        stage.phone.wait_held(held, count=4)
        asked = {"phone_number": opened.number("malformed").typed, "client_ref": CLIENT_REF, "x": 1}
        ids.append(opened.message(SEND, asked))
        later = opened.message(SEND, asked, countdown=10)
        _wait_until_in_hand(stage)
        yield [*ids, later]
        stage.phone.release(held)
    for task_id in ids:
        durable.result(task_id)


def look_at_what_is_in_hand(durable: Teller, opened: Teller) -> None:
    """Inspect the worker while messages are in its hand, and let Flower do so."""
    stage = durable.stage
    with _messages_in_hand(durable, opened) as ids:
        inspect = stage.caller.control.inspect(timeout=5, limit=1)
        for name in _INSPECTED:
            stage.sinks.keep("inspect", inspect._request(name))  # noqa: SLF001 - what its methods call
        stage.sinks.keep("inspect", inspect.query_task(*ids))
        for header in redis_headers(stage.redis_port):
            stage.sinks.keep("headers in Redis", header)
        # Celery's own emergency exit: it prints where every thread is.
        os.kill(stage.backend.worker.pid, signal.SIGUSR1)
        look_at_flower(stage)


def look_at_flower(stage: Stage) -> None:
    """Read every page, and every answer of the API, of the tasks that Flower has."""
    ids = list(json.loads(read_page(f"{stage.flower}/api/tasks?limit=30&sort_by=-received")))
    pages = ["api/tasks", "api/workers?refresh=1", "api/task/types", "api/queues/length", "tasks", "workers"]
    pages += ["metrics", "broker", f"tasks/datatable?{urlencode(_TABLE)}"]
    pages += [f"worker/{name}" for name in json.loads(read_page(f"{stage.flower}/api/workers"))]
    pages += [f"{page}/{one}" for one in ids for page in ("task", "api/task/info", "api/task/result")]
    for page in pages:
        stage.sinks.keep("Flower", read_page(f"{stage.flower}/{page}"))


def ask_by_flower(teller: Teller) -> None:
    """Enqueue from Flower's API, as an operator may."""
    asked = {"kwargs": {"phone_number": f"{teller.number('malformed').typed} by Flower"}}
    answer = read_page(f"{teller.stage.flower}/api/task/send-task/{SEND}", json.dumps(asked).encode())
    teller.stage.sinks.keep("Flower", answer)
    teller.told["Flower"] = "asked" if json.loads(answer)["task-id"] else answer


def use_the_command_line(teller: Teller) -> None:
    """Send, check, look: what is printed holds masks only."""
    number = teller.number("conflict").typed
    handle = json.loads(_command(teller.stage, "send", number, "--json"))["task_id"]
    for words in (
        ("check", number, WRONG_CODE, "--verification-id", handle),
        ("check", number, WRONG_CODE, "--verification-id", handle, "--json"),
        ("send", f"{number} (mobile)"),
        ("send", teller.number("refused").typed, "--task-id", handle),
        ("send", number, "--task-id", f"for:{number}"),
        ("status", handle),
        ("status", handle, "--json"),
        ("status", f"planted {PLANTED.typed}", "--json"),
        ("runs", "--limit", "500"),
        ("runs", "--limit", "500", "--json"),
        ("runs", "--phone", number),
        ("runs", "--phone", number, "--json"),
        ("purge", "--dry-run"),
        ("forget", "--phone", number, "--yes"),
        ("forget", "--phone", f"{number} (mobile)", "--yes", "--json"),
        ("forget", "--phone", number, "--yes", "--json"),
        ("decisions",),
        ("decisions", "--json"),
    ):
        _command(teller.stage, *words)


def _command(stage: Stage, *words: str) -> str:
    """Run `python -m worker …`, without a process of its own."""
    ran = CliRunner().invoke(main, words, env=stage.backend.environment)
    stage.sinks.keep("commands", f"{ran.output} {ran.exception!r}")
    return ran.stdout


def _wait_until_in_hand(stage: Stage) -> None:
    def are_all() -> bool:
        inspect = stage.caller.control.inspect(timeout=5, limit=1)
        found: list[dict[str, Any]] = [inspect.active(), inspect.reserved(), inspect.scheduled()]
        return all(any((answer or {}).values()) for answer in found)

    wait_until(are_all, "messages are active, reserved and scheduled", seconds=30)
