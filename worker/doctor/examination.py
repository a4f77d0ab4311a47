"""The order in which things are looked at; what is missing or away only leaves out what needs it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Final, Self

from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from models import track_record
from models.database import Database, open_database
from phone_verification.keys import Label
from worker.doctor import broker, database, keys, number, settings, twilio, workers
from worker.doctor.finding import Check, Finding, Level
from worker.doctor.subject import Subject

_LAST_RUNS: Final = 3

Section = Callable[[], Iterator[Finding]]


class Examination:
    """One visit: its sections in order, each asking when it is begun; use it in a `with`."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._opened: Database | None = None
        self._has_broker = True
        self._host_ahead_seconds = 0.0
        self._known: twilio.Known | None = None
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def sections(self) -> Mapping[str, Section]:
        """Name each section, with what begins it."""
        all_of_them = {
            "settings": lambda: settings.examine(self._subject),
            "redis": self._redis,
            "database": self._database,
            "workers": self._workers,
            "twilio": self._twilio,
            "number": self._number,
        }
        return {name: _going_on(name, section) for name, section in all_of_them.items()}

    def _redis(self) -> Iterator[Finding]:
        for finding in broker.examine(self._subject):
            self._has_broker &= not (finding.check == "broker" and finding.level is Level.FAIL)
            yield finding

    def _database(self) -> Iterator[Finding]:
        """Look at the database; only one with tables is looked into further."""
        url = self._subject.database_url
        if url is None:
            return
        try:
            opened = open_database(url, pool_size=1)
            self._closing.callback(opened.dispose)
            facts = database.ask(opened)
        except (ArgumentError, ImportError, SQLAlchemyError) as error:
            yield database.away(url, error)
            return
        self._host_ahead_seconds = facts.host_ahead_seconds
        findings = list(database.judge(facts, settings.place_of(url)))
        yield from findings
        if not any(finding.check == "schema" and finding.level is Level.FAIL for finding in findings):
            self._opened = opened
            yield from keys.examine(opened, self._subject.fingerprints, self._subject.seals)

    def _workers(self) -> Iterator[Finding]:
        facts = workers.ask_workers(self._subject.broker_url) if self._has_broker else None
        if facts is not None:
            moved = track_record.last_begun_seconds_ago(self._opened) if self._opened else None
            yield from workers.judge_workers(facts, moved)
        if self._opened is not None:
            yield from workers.examine_runs(self._opened)

    def _twilio(self) -> Iterator[Finding]:
        if self._subject.credentials is None:
            return
        verdict, self._known = twilio.meet(self._subject, self._subject.credentials)
        yield verdict
        if self._known is not None:
            ahead = self._host_ahead_seconds
            yield from twilio.examine(self._known, self._subject, host_ahead_seconds=ahead)

    def _number(self) -> Iterator[Finding]:
        if self._subject.typed_number is None:
            return
        yield number.judge_number(self._subject)
        asked, ring = self._subject.number, self._subject.fingerprints
        if asked is None:
            return
        if self._known is not None:
            yield from twilio.examine_number(self._known, asked.e164)
        if ring is not None and self._opened is not None:
            runs = track_record.last_runs(self._opened, ring.every(Label.PHONE, asked.e164), _LAST_RUNS)
            yield number.judge_record(runs)


def _going_on(name: str, section: Section) -> Section:
    """Let what nobody thought of in one section never keep the others from being looked at."""

    def examine() -> Iterator[Finding]:
        try:
            yield from section()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next section may tell why
            stumbled = Check(name, "doctor", "").fail(
                "could not go on here ({error})", fix="Mend what is found elsewhere, then ask again."
            )
            yield stumbled.found(error=type(error).__name__)

    return examine
