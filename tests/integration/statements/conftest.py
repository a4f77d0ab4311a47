"""One database of each kind for all tests here, emptied before each; and the services that tasks use."""

from collections import deque
from collections.abc import Iterator
from typing import cast

import pytest
from sqlalchemy import delete

from gateway.fake import FakeGateway
from models.base import Base
from models.database import Database, open_database
from models.schema import upgrade
from phone_verification.kinds import Operation
from tasks.figures import Figures
from tasks.services import Services
from tests.integration.bundle import make_services
from tests.integration.statements.rows import Runs
from tests.postgres import fresh_database


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A SQLite file with the tables of this version."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('statements')}/test.db")
    upgrade(opened.engine)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def postgres_tables(postgres: str) -> Iterator[Database]:
    """A PostgreSQL database with the tables of this version, wide enough for a crowd."""
    with fresh_database(postgres) as url:
        opened = open_database(url, pool_size=24)
        upgrade(opened.engine)
        yield opened
        opened.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Empty tables of each kind."""
    name = "sqlite_tables" if request.param == "sqlite" else "postgres_tables"
    opened = cast("Database", request.getfixturevalue(name))
    empty(opened)
    return opened


@pytest.fixture
def postgres_database(postgres_tables: Database) -> Database:
    """Empty tables, for what only PostgreSQL's many connections can show."""
    empty(postgres_tables)
    return postgres_tables


@pytest.fixture
def runs(database: Database) -> Runs:
    """The table of runs."""
    return Runs(database)


@pytest.fixture
def rung() -> deque[str]:
    """The task ids that were published, in order."""
    return deque()


@pytest.fixture
def services(database: Database, rung: deque[str]) -> Services:
    """What claims, records and sweeps work with; nobody is asked and nobody listens."""

    def ring(operation: Operation, task_id: str, *, countdown: float, wants_result: bool) -> None:
        rung.append(task_id)

    return make_services(database, Figures(), ring, FakeGateway())


def empty(database: Database) -> None:
    """Delete every row."""
    with database.transaction() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(delete(table))
