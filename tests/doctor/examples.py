"""docs/doctor-examples.md: what doctor really prints, well and broken.

Lives here: how an installation is broken for each example, and the page. What differs from one machine to
the next (ports, versions, sizes) is written as on one of them and compared as if it were not there.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import redis as redis_client
from sqlalchemy import text

from models.database import Database, open_database
from models.schema import upgrade
from simulator.console.presets import NUMBER as E164
from tasks.figures import Figures
from tests.doctor.installation import NUMBER, ROOT, Installation, run_doctor
from tests.integration.conftest import settings_from
from tests.postgres import fresh_database
from worker.bootstrap import make_client
from worker.demo.redis_server import redis_server

PAGE: Final = ROOT / "docs" / "doctor-examples.md"
_PATIENCE_SECONDS: Final = 30
_ASKED: Final = ("--phone", NUMBER)

_INTRODUCTION: Final = """\
# Doctor, by example

Printed by `python -m worker doctor` on real installations.
`python -m tests.doctor` sets one up, breaks it and writes this page anew; a test compares.
What each finding means is in [doctor.md](doctor.md).
"""

Arrange = Callable[[Installation, ExitStack], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One installation; `arrange` breaks it and returns the settings that lead to it."""

    title: str
    words: tuple[str, ...]
    arrange: Arrange


def _account(preset: str) -> Arrange:
    return lambda whole, _: whole.put(preset)


def _forgetful(whole: Installation, stack: ExitStack) -> Mapping[str, str]:
    """A Redis as it comes, for a cache."""
    redis = stack.enter_context(redis_server())
    with redis_client.Redis(port=redis.port) as admin:
        admin.config_set("maxmemory-policy", "allkeys-lru")
    changes = {"CELERY_BROKER_URL": redis.url(), "CELERY_RESULT_BACKEND": redis.url(1)}
    with _database(whole, stack) as (settings, _):
        return {**settings, **changes}


def _unattended(whole: Installation, stack: ExitStack) -> Mapping[str, str]:
    """Runs were accepted, and no worker lives."""
    redis = stack.enter_context(redis_server(appendonly=True))
    changes = {"CELERY_BROKER_URL": redis.url(), "CELERY_RESULT_BACKEND": redis.url(1)}
    with _database(whole, stack) as (settings, database):
        with make_client(settings_from({**settings, **changes}), Figures()) as client:
            client.send(NUMBER)
            client.send("010-8765-4321")
        with database.transaction() as connection:
            connection.execute(
                text(
                    "UPDATE task_runs SET ring_at = now() - interval '3 min', "
                    "deadline_at = now() - interval '1 min'"
                )
            )
        return {**settings, **changes}


def _outdated(whole: Installation, stack: ExitStack) -> Mapping[str, str]:
    """The code was deployed, and the tables were not."""
    with _database(whole, stack) as (settings, database):
        with database.transaction() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        return settings


def _lost(whole: Installation, _: ExitStack) -> Mapping[str, str]:
    """Twilio takes the text, the carrier drops it, and a worker hears of it."""
    settings = whole.put("healthy")
    script = {"message_status": "undelivered", "error_code": "30007"}
    whole.simulator.switch(message_scripts={E164: script})
    with make_client(settings_from(settings), Figures()) as client:
        handle = client.send(NUMBER)
        client.wait(handle, timeout_seconds=_PATIENCE_SECONDS)
        until = time.monotonic() + _PATIENCE_SECONDS
        while client.status(handle).delivery is None:
            if time.monotonic() > until:
                raise TimeoutError("nobody looked whether the text arrived")
            time.sleep(0.2)
    return settings


EXAMPLES: Final = (
    Example(title="All is well", words=_ASKED, arrange=_account("healthy")),
    Example(
        title="A trial account, and a number that it may not reach",
        words=("--quiet", *_ASKED),
        arrange=_account("trial_unverified"),
    ),
    Example(title="Replaced credentials", words=("--quiet",), arrange=_account("wrong_credentials")),
    Example(title="No funds", words=("--quiet",), arrange=_account("no_funds")),
    Example(
        title="Codes are sent, and hardly any comes back",
        words=("--quiet",),
        arrange=_account("conversion_drop"),
    ),
    Example(title="A text that did not arrive", words=("--quiet", *_ASKED), arrange=_lost),
    Example(title="A Redis that was made for a cache", words=("--quiet",), arrange=_forgetful),
    Example(title="No worker", words=("--quiet",), arrange=_unattended),
    Example(title="Tables of an older version", words=("--quiet",), arrange=_outdated),
)


@contextmanager
def _database(whole: Installation, stack: ExitStack) -> Iterator[tuple[dict[str, str], Database]]:
    """A database beside the installation's, which no worker sweeps."""
    url = stack.enter_context(fresh_database(whole.environment["DATABASE_URL"]))
    database = open_database(url)
    upgrade(database.engine)
    try:
        yield {**whole.put("healthy"), "DATABASE_URL": url}, database
    finally:
        database.dispose()


def render(whole: Installation) -> str:
    """Break it in every way, and write down what doctor says."""
    return "\n".join([_INTRODUCTION, *(_shown(whole, example) for example in EXAMPLES)])


def comparable(page: str) -> str:
    """Leave out what another machine says otherwise."""
    return re.sub(r"\s+", " ", re.sub(r"\d+(\.\d+)*", "0", page))


def _shown(whole: Installation, example: Example) -> str:
    whole.forget_runs()
    with ExitStack() as stack:
        told = run_doctor(*example.words, **example.arrange(whole, stack))
    command = " ".join(("python -m worker doctor", *example.words))
    body = _anywhere(told.stdout)
    return f"## {example.title}\n\n```console\n$ {command}\n{body}$ echo $?\n{told.returncode}\n```\n"


def _anywhere(output: str) -> str:
    """Write addresses as they would be elsewhere; the names of our databases are long and random."""
    return re.sub(r"/test_[0-9a-f\s]{32,64}(?=\n)", "/verify", output)


def write(page: Path, whole: Installation) -> None:
    """Write the page anew."""
    page.write_text(render(whole))
