"""PostgreSQL's short way for a statement that stands alone: compiled once, prepared once a connection.

Meant for statements that are built once, at import: what is compiled and prepared is kept for good.
Lives here: from a statement of SQLAlchemy's and its values to its rows. libpq sends, waits and reads in one
call, for which the interpreter's lock is given up once; the usual way gives it up seven times, and among a
hundred threads that is most of what a statement costs (docs/performance.md). Pool, types, rows and errors are
SQLAlchemy's.
https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQEXECPREPARED
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any, Final

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import BindParameter, Connection, Dialect, Executable
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.sqltypes import NullType

from models.connections import Lending
from models.parameters import type_of, written

_PREPARED: Final = "prepared"
_GOOD: Final = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)

_Read = Callable[[Any], Any]


class PreparedStatements:
    """Runs statements of PostgreSQL's, each in a transaction of its own; safe to share between threads."""

    def __init__(self, lending: Lending) -> None:
        """Take connections that commit each statement by themselves."""
        self._lending = lending
        self._dialect: Dialect = PGDialect_psycopg(  # type: ignore[no-untyped-call]  # SQLAlchemy's
            paramstyle="numeric_dollar", dbapi=psycopg
        )
        self._known: dict[Executable, _Statement] = {}

    def rows(self, statement: Executable, values: Mapping[str, Any]) -> IteratorResult[Any]:
        """Run a statement; return its rows. Raises what SQLAlchemy raises, KeyError without a value."""
        return self._run(statement, values)[0]

    def count(self, statement: Executable, values: Mapping[str, Any]) -> int:
        """Run a statement; return how many rows it changed. Raises as `rows` does."""
        return self._run(statement, values)[1]

    def prepare(self, statement: Executable) -> None:
        """Have the server read a statement that is asked nothing. Raises psycopg.Error for what it is not."""
        known = _Statement(statement, self._dialect)
        with self._lending.quickly() as connection:
            _prepare(connection, known.form(known.nothing()))

    def _run(self, statement: Executable, values: Mapping[str, Any]) -> tuple[IteratorResult[Any], int]:
        known = self._known.get(statement)
        if known is None:
            known = self._known[statement] = _Statement(statement, self._dialect)
        form = known.form(values)
        with self._lending.quickly() as connection:
            try:
                result = _ask(connection, form, [read(values) for read in form.values])
            except psycopg.Error as error:
                raise self._translated(connection, form, error) from error
            driver: Any = connection.connection.dbapi_connection
            return known.rows(driver, result), result.command_tuples or 0

    def _translated(self, connection: Connection, form: "_Form", error: psycopg.Error) -> BaseException:
        """Say it in SQLAlchemy's words; a connection that is lost takes those with it that are as old."""
        is_over = self._lending.is_over(connection.connection.dbapi_connection, error)
        if is_over:
            connection.invalidate(error)
        return DBAPIError.instance(
            form.sql.decode(),
            None,
            error,
            psycopg.Error,
            connection_invalidated=is_over,
            dialect=self._dialect,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A statement for lists of certain lengths; `values` read what it is given, as libpq wants it."""

    name: bytes
    sql: bytes
    types: tuple[int, ...]
    values: tuple[Callable[[Mapping[str, Any]], bytes | None], ...]


class _Statement:
    """A statement, compiled, and its forms: a list of values is written out in the SQL."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        self._compiled = _compiled(statement, dialect)
        binds = self._compiled.binds
        # What nobody outside can name is a constant of the statement's own.
        self._lists = [name for name, bind in binds.items() if bind.expanding and not bind.unique]
        self._forms: dict[tuple[int, ...], _Form] = {}
        self._dialect = dialect
        self._columns = list(getattr(statement, "exported_columns", ()))
        self._keys = SimpleResultMetaData([column.key for column in self._columns])
        self._readers: list[tuple[int, _Read]] | None = None

    def form(self, values: Mapping[str, Any]) -> _Form:
        """Return the statement for lists as long as these, or somewhat longer: there are few forms."""
        lengths = tuple([_padded(len(values[name])) for name in self._lists])
        form = self._forms.get(lengths)
        if form is None:
            padded = dict(zip(self._lists, ([None] * length for length in lengths), strict=True))
            form = self._forms[lengths] = self._made({**values, **padded})
        return form

    def nothing(self) -> dict[str, Any]:
        """Name what the statement is to be given, with nothing in it."""
        named = (bind for bind in self._compiled.binds.values() if not bind.unique)
        return {bind.key: [None] if bind.expanding else None for bind in named}

    def rows(self, connection: psycopg.Connection[Any], result: PGresult) -> IteratorResult[Any]:
        """Read a result's rows, each value as its column's type does."""
        if not result.ntuples:
            return IteratorResult(self._keys, iter(()))
        loader = Transformer(connection)
        loader.set_pgresult(result)
        if self._readers is None:
            self._readers = list(self._found_readers(result))
        return IteratorResult(self._keys, map(self._typed, loader.load_rows(0, result.ntuples, list)))

    def _found_readers(self, result: PGresult) -> Iterator[tuple[int, _Read]]:
        for place, column in enumerate(self._columns):
            kind = column.type.dialect_impl(self._dialect)
            reader = kind.result_processor(self._dialect, result.ftype(place))
            if reader is not None:
                yield place, reader

    def _typed(self, row: list[Any]) -> tuple[Any, ...]:
        for place, reader in self._readers or ():
            row[place] = reader(row[place])
        return tuple(row)

    def _made(self, values: Mapping[str, Any]) -> _Form:
        state = self._compiled.construct_expanded_state(dict(values))
        places = {
            name: (whole, place)
            for whole, names in state.parameter_expansion.items()
            for place, name in enumerate(names)
        }
        readers, types = [], []
        for name in state.positiontup or ():
            whole, place = places.get(name, (name, None))
            bind = self._compiled.binds[whole]
            convert = bind.type.dialect_impl(self._dialect).bind_processor(self._dialect)
            types.append(type_of(bind))
            if bind.unique:
                readers.append(_constant(written(state.parameters[name], convert)))
            else:
                readers.append(_given(bind, place, convert))
        sql = state.statement.encode()
        return _Form(
            # Whoever shares a connection through a pooler means the same by it.
            name=sha256(sql + repr(types).encode()).hexdigest()[:32].encode(),
            sql=sql,
            types=tuple(types),
            values=tuple(readers),
        )


def _compiled(statement: Executable, dialect: Dialect) -> SQLCompiler:
    """Compile a statement; what it names of closed sets is written out: a plan knows no value that is given.

    A plan that is kept for all values can use an index for `state = 'waiting'`, not one for `state = $7`, and
    PostgreSQL would make a new plan for each run once the tables are large.
    https://www.postgresql.org/docs/current/sql-prepare.html#SQL-PREPARE-NOTES
    """
    made: SQLCompiler = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    for bind in made.binds.values():
        if bind.unique and not isinstance(bind.type, NullType) and _is_of_closed_set(bind.value):
            bind.literal_execute = True
    return statement.compile(dialect=dialect)  # type: ignore[attr-defined, no-any-return]


def _is_of_closed_set(value: Any) -> bool:  # noqa: ANN401 - whatever a constant is
    if isinstance(value, list | tuple | frozenset | set):
        return all(isinstance(one, Enum) for one in value)
    return isinstance(value, Enum)


def _padded(length: int) -> int:
    """Return the next power of two, or 0."""
    return length and 1 << (length - 1).bit_length()


def _constant(value: bytes | None) -> Callable[[Mapping[str, Any]], bytes | None]:
    return lambda _: value


def _given(
    bind: BindParameter[Any], place: int | None, convert: _Read | None
) -> Callable[[Mapping[str, Any]], bytes | None]:
    name, default = bind.key, bind.effective_value
    if place is not None:
        # The last one again, where the list is shorter than the statement: it is among them anyway.
        return lambda values: written(values[name][min(place, len(values[name]) - 1)], convert)
    if bind.required:
        return lambda values: written(values[name], convert)
    return lambda values: written(values.get(name, default), convert)


def _ask(connection: Connection, form: _Form, values: list[bytes | None]) -> PGresult:
    """Run a statement, prepared anew where that is gone or its tables have changed. Raises psycopg.Error.

    Both are said before it is run.
    """
    try:
        return _execute(_prepare(connection, form), form, values)
    except (InvalidSqlStatementName, FeatureNotSupported):
        _forget(connection)
        return _execute(_prepare(connection, form), form, values)


def _forget(connection: Connection) -> None:
    """Drop all that is prepared on a connection."""
    lent: Any = connection.connection
    lent.info.pop(_PREPARED, None)
    _good(lent.dbapi_connection.pgconn, lent.dbapi_connection.pgconn.exec_(b"DEALLOCATE ALL"))


def _execute(link: PGconn, form: _Form, values: list[bytes | None]) -> PGresult:
    return _good(link, link.exec_prepared(form.name, values))  # type: ignore[arg-type]  # None is NULL


def _prepare(connection: Connection, form: _Form) -> PGconn:
    """Prepare a statement where it is the connection's first time."""
    lent = connection.connection
    link: PGconn = lent.dbapi_connection.pgconn  # type: ignore[union-attr]  # what the dialect opened
    prepared: set[bytes] = lent.info.setdefault(_PREPARED, set())
    if form.name not in prepared:
        _good(link, link.prepare(form.name, form.sql, form.types))
        prepared.add(form.name)
    return link


def _good(link: PGconn, result: PGresult) -> PGresult:
    """Return a result that is one. Raises psycopg.Error: of no class of its own when the link was cut."""
    if result.status in _GOOD:
        return result
    error = error_from_result(result)
    if link.status == ConnStatus.BAD and not error.sqlstate:
        raise psycopg.OperationalError(str(error))
    raise error
