"""Masks that the story does not reach: each layer is asked by itself, with something private in its hands."""

import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client
import structlog
from celery import Celery, Task
from celery.exceptions import MaxRetriesExceededError
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from gateway.fake import FakeGateway, FakeMessenger
from gateway.messaging import TwilioMessaging
from gateway.twilio_client import Credentials
from gateway.verify import TwilioVerify
from models.database import Database, open_database
from models.schema import upgrade
from models.task_run import TaskRun
from models.verification import SendAttempt
from phone_verification import VerificationClient, VerificationClientError
from phone_verification.keys import make_key
from phone_verification.kinds import Channel, Operation
from tasks.deliveries import look_at_deliveries
from tasks.figures import Figures
from tasks.sweep import sweep
from tests.integration.bundle import make_services
from tests.integration.statements.rows import seconds_from_now
from tests.privacy.listener import Listener
from tests.privacy.marks import CLIENT_REF, NUMBERS, WRONG_CODE, all_marks
from tests.privacy.sinks import table_rows
from tests.privacy.teller import QUEUES, SEND
from tests.spellings import found_in
from tests.unit.gateway.raw_server import reply, serving
from worker.celery import app as our_app
from worker.demo.redis_server import RedisServer
from worker.hardening.task import MaskedTask

MARKS = all_marks([])
NUMBER = NUMBERS["open", "story"]
PRIVATE = {"phone_number": NUMBER.typed, "code": WRONG_CODE, "client_ref": CLIENT_REF}


@contextmanager
def heard(path: Path) -> Iterator[Path]:
    """Hear every record that any logger lets pass; yields where it is written down."""
    root, listener = logging.getLogger(), Listener(path)
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    path.touch()
    try:
        yield path
    finally:
        root.removeHandler(listener)
        root.setLevel(level)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file with the tables of this version."""
    opened = open_database(f"sqlite:///{tmp_path}/test.db")
    upgrade(opened.engine)
    yield opened
    opened.dispose()


def test_our_own_app_writes_no_arguments_into_headers(redis: RedisServer) -> None:
    """Whoever calls a task of ours through our app leaves arguments in the body alone."""
    with (
        our_app.connection_for_write(redis.url()) as connection,
        our_app.amqp.Producer(connection) as producer,
    ):
        our_app.send_task(
            SEND,
            args=[NUMBER.typed],
            kwargs=PRIVATE,
            queue=QUEUES[SEND],
            producer=producer,
            ignore_result=True,
        )

    with redis_client.Redis(port=redis.port) as broker:
        message = json.loads(broker.lrange(QUEUES[SEND], 0, -1)[0])
    assert found_in(json.dumps({**message, "body": ""}), MARKS) == []
    assert found_in(message["body"], MARKS) != []


def test_too_many_retries_say_nothing_of_arguments() -> None:
    """Celery's own exception repeats them all."""
    app = Celery(task_cls=MaskedTask, set_as_current=False)

    @app.task(bind=True, max_retries=0)
    def retried(self: Task, **_: Any) -> None:
        self.retry()

    with pytest.raises(MaxRetriesExceededError) as raised:
        retried.apply(kwargs=PRIVATE, throw=True)

    assert found_in(f"{raised.value!r} {raised.value} {vars(raised.value)}", MARKS) == []


def test_an_answer_whose_headers_are_broken_is_not_logged_with_its_url(tmp_path: Path) -> None:
    """urllib3 warns of it, and a number is in the URL."""
    broken = reply("{}", headers=": nothing\r\nX-Broken\r\n y\r\n")

    with serving(lambda connection, _: connection.sendall(broken)) as server, heard(tmp_path / "log") as log:
        twilio = TwilioVerify(
            credentials=Credentials(account_sid="AC", username="AC", password="x"),
            service_sid="VA1",
            base_url=server.url,
        )
        twilio.fetch(to_or_sid=NUMBER.e164, budget_seconds=5)

    assert found_in(b"".join(server.requests), MARKS) != []
    assert found_in(log.read_text(), MARKS) == []


def test_a_message_that_cannot_be_restored_is_not_quoted(tmp_path: Path) -> None:
    """Kombu logs it whole, body and all, and so it does an event that it cannot read."""
    with heard(tmp_path / "log") as log:
        kombu = logging.getLogger("kombu.transport.redis")
        try:
            raise UnicodeDecodeError("utf-8", NUMBER.typed.encode(), 0, 1, "no text")
        except UnicodeDecodeError:
            kombu.critical("Could not restore message: %r", PRIVATE, exc_info=True)
            kombu.warning("Cannot process event on channel %r: %s", "x", repr(PRIVATE), exc_info=1)

    assert len(log.read_text().splitlines()) == 2
    assert found_in(log.read_text(), MARKS) == []


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_log_line_of_anybodys_shows_types_and_places_of_an_exception(log_format: str) -> None:
    """Celery's and other libraries' records pass through our formatter, and lose what an exception said."""
    program = (
        "import logging; from worker.logs import configure_logs; configure_logs()\n"
        f"try: raise ValueError({NUMBER.typed!r})\n"
        "except ValueError: logging.getLogger('celery.worker').exception('it failed')\n"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={"LOG_FORMAT": log_format},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "it failed" in ran.stderr
    assert "ValueError" in ran.stderr
    assert found_in(ran.stderr, MARKS) == []


def test_the_clients_own_engine_hides_what_it_is_given(tmp_path: Path) -> None:
    """A statement that fails, and one that is echoed, show no parameter."""
    with client(f"sqlite:///{tmp_path}/empty.db") as verifications:
        engine = verifications._engine  # noqa: SLF001 - what the client makes for itself
        engine.echo = True
        with (
            heard(tmp_path / "log") as log,
            pytest.raises(SQLAlchemyError) as raised,
            engine.begin() as begun,
        ):
            begun.execute(text("SELECT :number FROM nowhere"), {"number": NUMBER.e164})

    assert found_in(f"{raised.value!r} {raised.value}", MARKS) == []
    assert "nowhere" in log.read_text()
    assert found_in(log.read_text(), MARKS) == []


def test_a_callers_own_engine_may_show_every_parameter(tmp_path: Path) -> None:
    """None of ours holds anything private, so an engine that hides nothing shows nothing."""
    engine = create_engine(f"sqlite:///{tmp_path}/test.db", echo=True)
    upgrade(engine)
    with heard(tmp_path / "log") as log, client(engine) as verifications:
        handle = verifications.send(NUMBER.typed, client_ref=CLIENT_REF)
        verifications.check(WRONG_CODE, phone_number=NUMBER.typed, verification_id=handle)
        verifications.status(NUMBER.typed)
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE task_runs"))
        errors = [error_of(verifications.send, NUMBER.typed), error_of(verifications.status, handle)]
    engine.dispose()

    assert found_in(log.read_text() + "".join(errors), MARKS) == []
    assert "+82*****" in log.read_text()


def test_what_another_language_inserted_in_the_place_of_an_id_is_not_shown(
    sqlite: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table has what was put into it; nobody rings for it, no log and no result repeats it."""
    rung: list[str] = []
    services = make_services(
        sqlite, Figures(), lambda _operation, task_id, **_: rung.append(task_id), FakeGateway()
    )
    with sqlite.transaction() as connection:
        for task_id, handle, deadline in (
            (NUMBER.typed, None, -1),
            ("an-honest-id", NUMBER.typed, -1),
            (f"for:{NUMBER.typed}", None, 60),
        ):
            row = {"task_id": task_id, "verification_id": handle, "phone_masked": "+82*****5678"}
            connection.execute(
                insert(TaskRun).values(
                    **row,
                    operation=Operation.CHECK,
                    arguments_fingerprint="k1:x",
                    deadline_at=seconds_from_now(deadline),
                    ring_at=seconds_from_now(-1),
                )
            )
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(said := StringIO()))
    try:
        sweep(services)
    finally:
        structlog.reset_defaults()
    with sqlite.transaction() as connection:
        honest = select(TaskRun.result).where(TaskRun.task_id == "an-honest-id")
        result = connection.execute(honest).scalar_one()

    assert rung == []
    assert found_in(said.getvalue() + json.dumps(result), MARKS) == []
    assert "(malformed)" in said.getvalue()


def test_what_twilio_says_of_a_text_is_kept_as_a_word_or_not_at_all(sqlite: Database) -> None:
    """A status is Twilio's own word: one that repeats the number gets into no row and no log line."""
    messenger = FakeMessenger()
    made = messenger.create(to=NUMBER.e164, body="x", validity_seconds=60, budget_seconds=5)
    sid = made.messages[0].sid
    messenger.become(sid, f"undelivered to {NUMBER.e164}")
    services = make_services(sqlite, Figures(), lambda *_, **__: None, FakeGateway())
    with sqlite.transaction() as connection:
        text_ = {"attempt_sid": sid, "channel": Channel.SMS, "look_at": seconds_from_now(-1)}
        connection.execute(insert(SendAttempt).values(task_id="a-message", **text_))
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(said := StringIO()))
    try:
        assert look_at_deliveries(replace(services, messenger=messenger)) == 1
    finally:
        structlog.reset_defaults()

    assert found_in("".join(table_rows(sqlite)) + said.getvalue(), MARKS) == []
    assert sid in "".join(table_rows(sqlite))


def test_a_text_that_cannot_be_written_is_not_in_the_error() -> None:
    """Half of a surrogate pair has no bytes, and Python's own error holds the whole text."""
    messaging = TwilioMessaging(
        credentials=Credentials(account_sid="AC", username="AC", password="x"),
        from_number="+15005550006",
        base_url="http://127.0.0.1:1",
    )
    with pytest.raises(ValueError, match="surrogate") as raised:
        messaging.create(to=NUMBER.e164, body=f"{NUMBER.typed} \ud83d", validity_seconds=60, budget_seconds=5)

    told = "".join(traceback.format_exception(raised.value))
    assert found_in(f"{told} {raised.value!r} {raised.value.__context__!r}", MARKS) == []


@contextmanager
def client(database: Any) -> Iterator[VerificationClient]:
    """A client whose broker nobody runs."""
    keys = {"hmac_keys": make_key("k1"), "seal_keys": make_key("k1")}
    with VerificationClient(database=database, broker_url="redis://127.0.0.1:1/0", **keys) as made:
        yield made


def error_of(act: Any, *arguments: Any) -> str:
    """Everything that an error of the client's tells, and those it came from, hidden or not."""
    try:
        act(*arguments)
    except VerificationClientError as error:
        context = error.__context__
        return "".join(traceback.format_exception(error)) + f"{error!r} {vars(error)} {context!r} {context}"
    raise AssertionError("it did not fail")
