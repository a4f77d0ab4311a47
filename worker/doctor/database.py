"""The database: is it there, is its schema this version's, and do the clocks agree."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from models import schema
from models.database import Database
from models.refusals import DATABASE_TIME
from worker.doctor.finding import Check, Finding
from worker.doctor.settings import place_of

_DATABASE: Final = Check("database", "database", "It is the truth: without it nothing is accepted or ended.")
_UP: Final = _DATABASE.ok("{name} {version} at {place}")
_SQLITE: Final = _DATABASE.warn(
    "SQLite {version}: for one worker process, and for trying things out",
    fix="Let DATABASE_URL lead to PostgreSQL.",
)
_AWAY: Final = _DATABASE.fail(
    "{place} cannot be asked ({error})", fix="Start it, or mend DATABASE_URL; then python -m worker db check."
)

_SCHEMA: Final = Check("database", "schema", "Worker and tables must be of one version.")
_NEWEST: Final = _SCHEMA.ok("at {current}, as this version wants it")
_MISSING: Final = _SCHEMA.fail("there are no tables", fix="python -m worker db upgrade")
_BEHIND: Final = _SCHEMA.fail("at {current}, this version wants {newest}", fix="python -m worker db upgrade")
_AHEAD: Final = _SCHEMA.fail(
    "at {current}, which this version does not know", fix="Run the version that made it, or a newer one."
)

CLOCK: Final = Check(
    "database", "clock", "The database's clock times every run; a caller's requested_at is held against it."
)
_AGREE: Final = CLOCK.ok("this host is {seconds:.1f} s off the database's")
_DRIFT: Final = CLOCK.warn(
    "this host is {seconds:.0f} s off the database's: deadlines of open-door callers shift by as much",
    fix="Let NTP set the clock of both hosts.",
)
_FAR: Final = CLOCK.fail(
    "this host is {seconds:.0f} s off the database's: open-door requests look stale or from the future",
    fix="Let NTP set the clock of both hosts.",
)
_DRIFT_SECONDS: Final = 5
_FAR_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """Who it is, what its schema is at, and how far this host's clock is ahead of its."""

    dialect: str
    version: str
    revision: str | None
    host_ahead_seconds: float


def ask(opened: Database) -> DatabaseFacts:
    """Ask the database; raises SQLAlchemyError."""
    before = time.time()
    row = opened.one(DATABASE_TIME, {})
    after = time.time()
    told: datetime = row[0] if row else datetime.now(UTC)
    dialect = opened.engine.dialect
    return DatabaseFacts(
        dialect=opened.dialect,
        version=".".join(map(str, getattr(dialect, "server_version_info", None) or ())),
        revision=schema.current_revision(opened.engine),
        host_ahead_seconds=(before + after) / 2 - told.timestamp(),
    )


def judge(facts: DatabaseFacts, place: str) -> Iterator[Finding]:
    """Say what the facts mean."""
    if facts.dialect == "sqlite":
        yield _SQLITE.found(version=facts.version)
    else:
        yield _UP.found(name="PostgreSQL", version=facts.version, place=place)
    yield judge_schema(facts.revision, schema.newest_revision())
    yield judge_clock(facts.host_ahead_seconds)


def judge_schema(current: str | None, newest: str) -> Finding:
    """Compare what the tables are at with what this version wants."""
    if current is None:
        return _MISSING.found()
    if current == newest:
        return _NEWEST.found(current=current)
    return (_BEHIND if schema.is_known(current) else _AHEAD).found(current=current, newest=newest)


def judge_clock(host_ahead_seconds: float) -> Finding:
    """Say how far is too far."""
    off = abs(host_ahead_seconds)
    diagnosis = _AGREE if off <= _DRIFT_SECONDS else _DRIFT if off <= _FAR_SECONDS else _FAR
    return diagnosis.found(seconds=off)


def away(url: str, error: Exception) -> Finding:
    """Say that it cannot be asked; what it said itself could hold a password."""
    cause = getattr(error, "orig", None) or error
    return _AWAY.found(place=place_of(url), error=type(cause).__name__)
