"""What is beside the stage where texts are ours: a page, and an operator who looks at the worker.

Lives here: the settings, the example backend with its logs on, texts that are held while somebody looks, a
scrape, the health file, the doctor and the other commands.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from tests.flower import ROOT
from tests.integration.metrics.scrape import scrape
from tests.privacy.marks import BODY, FIXED, FIXED_CODE, PLANTED, WRONG_CODE
from tests.privacy.operator import look_at_flower
from tests.privacy.sinks import redis_headers, table_rows
from tests.privacy.stage import Stage
from tests.privacy.teller import Teller
from worker.commands import main
from worker.demo.redis_server import free_port
from worker.demo.waiting import wait_until
from worker.demo.web import web_backend

SERVICES: Final = {
    "messaging": {"VERIFICATION_SERVICE": "messaging", "TWILIO_VERIFY_SERVICE_SID": ""},
    "fallback": {"FALLBACK_SERVICE": "messaging"},
}
"""How a deployment comes to codes of its own."""

_INSPECTED: Final = ("active", "reserved", "conf", "stats", "report", "live_objects")


def settings_of(service: str, directory: Path) -> dict[str, str]:
    """Set everything that texts of our own may set."""
    return {
        **SERVICES[service],
        "TEST_NUMBERS": f"{FIXED.e164}:{FIXED_CODE}:2099-12-31",
        "MESSAGE_BRAND": "가게",
        "METRICS_PORT": str(free_port()),
        "HEALTH_FILE": str(directory / "health"),
        "RESEND_WAITS_SECONDS": "0.1",
        "FOLLOW_DELIVERIES": "true",
        "DELIVERY_FIRST_LOOK_SECONDS": "0.25",
        "DELIVERY_LOOKS_PAUSE_SECONDS": "0.25",
        "BACKLOG_INTERVAL_SECONDS": "1",
    }


@contextmanager
def page_of(stage: Stage, directory: Path) -> Iterator[str]:
    """Serve the example backend's page, and log all that uvicorn can; yields its address."""
    log = directory / "page.log"
    with web_backend(stage.backend.environment, log, "--access-log", "--log-level=trace") as url:
        yield url
    stage.sinks.keep_file("page's log", log)


def look_at_texts_in_hand(*tellers: Teller) -> None:
    """Hold codes and messages of each door at Twilio, others behind them, and look at the worker."""
    stage = tellers[0].stage
    with tellers[0].fault("hold", "message", times=4) as held:
        asked = [
            *(teller.write(teller.number("message").typed, BODY) for teller in tellers),
            *(teller.send(teller.number("in hand").typed) for teller in tellers),
            *(teller.write(teller.number("message lost").typed, BODY) for teller in tellers),
        ]
        stage.phone.wait_held(held, count=4)
        inspect = stage.caller.control.inspect(timeout=5, limit=1)
        wait_until(lambda: any((inspect.reserved() or {}).values()), "one is reserved", seconds=20)
        for name in _INSPECTED:
            stage.sinks.keep("inspect", inspect._request(name))  # noqa: SLF001 - what its methods call
        stage.sinks.keep("inspect", inspect.query_task(*asked))
        for header in redis_headers(stage.redis_port):
            stage.sinks.keep("headers in Redis", header)
        # Codes and words lie sealed in their runs: nobody has been told anything yet.
        for row in table_rows(stage.backend.database):
            stage.sinks.keep("tables", row)
        os.kill(stage.backend.worker.pid, signal.SIGUSR1)
        look_at_flower(stage)
        stage.phone.release(held)
    for task_id in asked:
        tellers[0].result(task_id)
    for teller in tellers:
        teller.code(teller.number("in hand"))


def look_at_the_worker(stage: Stage) -> None:
    """Scrape it, and read its health."""
    environment = stage.backend.environment
    stage.sinks.keep("metrics", scrape(int(environment["METRICS_PORT"])).text)
    stage.sinks.keep("health file", Path(environment["HEALTH_FILE"]).read_bytes())


def ask_the_doctor(teller: Teller) -> None:
    """Ask about a number that was texted, the one with a fixed code and one that is none; and for health."""
    number = teller.number("message").typed
    commands = (
        ("doctor", "--phone", number),
        ("doctor", "--phone", FIXED.typed, "--json"),
        ("doctor", "--phone", f"{number} (mobile)"),
        ("health",),
    )
    running = [_begin(teller.stage, words) for words in commands]
    for process in running:
        teller.stage.sinks.keep("doctor", process.communicate(timeout=60)[0])


def use_the_commands(teller: Teller) -> None:
    """Write, check, look and forget."""
    stage, number = teller.stage, teller.number("message").typed
    _command(stage, "message", number, typed=BODY)
    for words in (
        ("check", number, WRONG_CODE),
        ("message", f"{number} (mobile)", "--json"),
        ("status", f"planted {PLANTED.typed}", "--json"),
        ("runs", "--phone", number),
        ("runs", "--limit", "500", "--json"),
        ("purge", "--dry-run"),
        ("forget", "--phone", number, "--yes"),
        ("decisions",),
    ):
        _command(stage, *words, typed=BODY)


def _command(stage: Stage, *words: str, typed: str) -> None:
    ran = CliRunner().invoke(main, words, env=stage.backend.environment, input=typed)
    stage.sinks.keep("commands", f"{ran.output} {ran.exception!r}")


def _begin(stage: Stage, words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Begin a command in a process of its own: it reads fixed codes, and switches its logging off."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.privacy", *words],
        cwd=ROOT,
        env={**os.environ, **stage.backend.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
