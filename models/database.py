"""The database as the worker uses it: one engine, single statements and short transactions.

Lives here: engine, timeouts, and the two ways to run statements. Must not: keep a transaction open
while anybody else is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Engine, Executable, create_engine, event
from sqlalchemy.engine import Row

from models.connections import Lending
from models.prepared import PreparedStatements

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of whatever was selected."""

_POSTGRESQL: Final = "postgresql"
# A statement that waits longer has lost its person; the sweeper comes back to the run.
_CONNECT_ARGS: Final[dict[str, dict[str, Any]]] = {
    _POSTGRESQL: {
        "connect_timeout": 3,
        # What is prepared is so by models/prepared.py; psycopg drops all of it when it rolls back.
        "prepare_threshold": None,
        "client_encoding": "utf8",
        "tcp_user_timeout": 5000,
        "options": (
            "-c statement_timeout=5000 -c lock_timeout=2000 "
            # A worker that freezes between two statements must not keep its run from everybody else.
            "-c idle_in_transaction_session_timeout=5000"
        ),
    },
    "sqlite": {"timeout": 5},
}


@dataclass(frozen=True, slots=True)
class Database:
    """An engine for transactions, and its twin whose statements each commit by themselves.

    `one`, `all` and `count` are for statements that are built once; others go through `transaction`.
    Both engines lend from one pool, whose connections are as the second wants them: telling a connection how
    to behave costs as much as a short statement, and nearly all of ours stand alone.
    """

    engine: Engine
    autocommit: Engine
    prepared: PreparedStatements | None = None

    @property
    def dialect(self) -> str:
        """Which SQL is spoken: postgresql or sqlite."""
        return self.engine.dialect.name

    def one(self, statement: Executable, values: Mapping[str, Any]) -> AnyRow | None:
        """Run one statement in a transaction of its own; return its row, if it has one."""
        if self.prepared is not None:
            return self.prepared.rows(statement, values).one_or_none()
        with self.transaction() as connection:
            result = connection.execute(statement, values)
            return result.one_or_none() if result.returns_rows else None

    def all(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[AnyRow]:
        """Run one statement in a transaction of its own; return its rows."""
        if self.prepared is not None:
            return self.prepared.rows(statement, values).all()
        with self.transaction() as connection:
            return connection.execute(statement, values).all()

    def count(self, statement: Executable, values: Mapping[str, Any]) -> int:
        """Run one statement in a transaction of its own; return how many rows it changed."""
        if self.prepared is not None:
            return self.prepared.count(statement, values)
        with self.transaction() as connection:
            return connection.execute(statement, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run several statements that hold together."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def long_look(self) -> Iterator[Connection]:
        """Run look-ups that may take minutes, for a person at a terminal: nobody is behind them."""
        with self.transaction() as connection:
            if self.dialect == _POSTGRESQL:
                connection.exec_driver_sql("SET LOCAL statement_timeout = '10min'")
            yield connection

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(url: str, *, pool_size: int = 15) -> Database:
    """Make the engine for a SQLAlchemy URL; connects only when first used."""
    dialect = url.partition(":")[0].partition("+")[0]
    is_postgresql = dialect == _POSTGRESQL
    engine = create_engine(
        url,
        connect_args=_CONNECT_ARGS.get(dialect, {}),
        hide_parameters=True,
        # One more in a rush would be opened, and prepare all anew, for a single statement.
        max_overflow=0,
        pool_pre_ping=not is_postgresql,
        pool_size=pool_size,
        pool_timeout=5,
        **({"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True} if is_postgresql else {}),
    )
    if is_postgresql:
        prepared = PreparedStatements(Lending(engine))
        return Database(engine.execution_options(isolation_level="READ COMMITTED"), engine, prepared)
    _make_sqlite_serial(engine)
    return Database(engine, engine)


def _make_sqlite_serial(engine: Engine) -> None:
    """Take SQLite's write lock when a transaction begins, so that none fails half way.

    https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-serializable
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:  # noqa: ANN401, ARG001 - SQLAlchemy's signature
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
