"""The database's clock, in SQL: every stamp that hosts share comes from here.

Lives here: `now`, `now_plus` and `seconds_until` for PostgreSQL and SQLite, and the column type that
keeps instants in UTC. Hosts' clocks may be a minute off; the database has one.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Float, SQLColumnExpression
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, aware in Python; SQLite keeps it as text without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand SQLite a naive UTC value, so that its texts compare."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read a naive value as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class now(FunctionElement[datetime]):  # noqa: N801 - reads as the SQL it becomes
    """The start of this statement's transaction."""

    type = Instant()
    inherit_cache = True


class clock_now(FunctionElement[datetime]):  # noqa: N801 - as above
    """This moment, or whole seconds later: for defaults, since a caller's transaction may be old."""

    type = Instant()
    inherit_cache = False

    def __init__(self, seconds: int = 0) -> None:
        super().__init__()
        self.seconds = seconds


class now_plus(FunctionElement[datetime]):  # noqa: N801 - as above
    """`now()` and some seconds; negative ones lie in the past."""

    type = Instant()
    inherit_cache = True


class seconds_between(FunctionElement[float]):  # noqa: N801 - as above
    """Seconds from the second instant to the first."""

    type = Float()
    inherit_cache = True


def seconds_until(instant: SQLColumnExpression[Any]) -> seconds_between:
    """Seconds from now to an instant; negative when it has passed."""
    return seconds_between(instant, now())


@compiles(now)
def _now(element: now, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001, ANN401
    return "now()"


@compiles(now, "sqlite")
def _now_sqlite(element: now, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001, ANN401
    return "strftime('%Y-%m-%d %H:%M:%f','now')"


@compiles(clock_now)
def _clock_now(element: clock_now, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001, ANN401
    if not element.seconds:
        return "clock_timestamp()"
    return f"(clock_timestamp() + '{element.seconds} seconds'::interval)"


@compiles(clock_now, "sqlite")
def _clock_now_sqlite(element: clock_now, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001, ANN401
    offset = f",'{element.seconds} seconds'" if element.seconds else ""
    return f"(strftime('%Y-%m-%d %H:%M:%f','now'{offset}))"


@compiles(now_plus)
def _now_plus(element: now_plus, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return f"(now() + make_interval(secs => CAST({compiler.process(element.clauses, **kw)} AS float8)))"


@compiles(now_plus, "sqlite")
def _now_plus_sqlite(element: now_plus, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    seconds = compiler.process(element.clauses, **kw)
    return f"strftime('%Y-%m-%d %H:%M:%f','now',printf('%.3f seconds',{seconds}))"


@compiles(seconds_between)
def _seconds_between(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(extract(epoch from {later} - {earlier}) AS float8)"


@compiles(seconds_between, "sqlite")
def _seconds_between_sqlite(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"((julianday({later}) - julianday({earlier})) * 86400.0)"
