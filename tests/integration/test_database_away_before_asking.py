"""A database that goes away after a run was claimed and before Twilio was asked."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text

from gateway.fake import FakeGateway
from models.database import Database, open_database
from models.provider_call import ProviderCall
from models.schema import upgrade
from models.task_run import TaskRun
from phone_verification.accepted_runs import ACCEPT
from phone_verification.arguments import read_arguments
from phone_verification.kinds import Operation, RunState
from tasks.figures import Figures
from tasks.run import Later, resume
from tests.integration.bundle import make_services

TASK_ID = "a-task-id"

_LOOKS_BACK = 3
"""Which use of a connection looks back: a run is accepted, claimed, and then its number is looked at."""


@pytest.fixture
def database(fresh_postgres: str) -> Iterator[Database]:
    """A PostgreSQL database that cuts the connection on which a number is looked back on, once."""
    opened = open_database(fresh_postgres)
    upgrade(opened.engine)
    administrator = create_engine(fresh_postgres)
    lent: list[int] = []

    @event.listens_for(opened.autocommit, "checkout")
    def _cut(connection: Any, *_: Any) -> None:
        lent.append(connection.info.backend_pid)
        if len(lent) == _LOOKS_BACK:
            with administrator.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": lent[-1]})

    yield opened
    assert len(lent) > _LOOKS_BACK
    opened.dispose()
    administrator.dispose()


@pytest.mark.parametrize("operation", [Operation.SEND, Operation.CHECK])
def test_what_was_not_asked_is_not_in_doubt(database: Database, operation: Operation) -> None:
    """Nothing left: the run waits a moment and is asked for then, instead of being searched for at Twilio."""
    services = make_services(database, Figures(), lambda *_, **__: None, FakeGateway())
    asked = {"phone_number": "010-1234-5678", **({"code": "123456"} if operation is Operation.CHECK else {})}
    row = services.acceptance.row(operation, TASK_ID, read_arguments(operation, asked))
    with database.transaction() as connection:
        connection.execute(ACCEPT[database.dialect], row)

    reply = resume(services, operation, TASK_ID)

    assert isinstance(reply, Later)
    assert reply.delay_seconds < 1
    with database.transaction() as connection:
        run = connection.execute(TaskRun.__table__.select()).one()
        calls = connection.execute(ProviderCall.__table__.select()).all()
    assert (run.state, run.posts, run.first_begun_at) == (RunState.WAITING, 0, None)
    assert calls == []
