"""A primary that was demoted: it answers, and refuses to write."""

import psycopg
import pytest
from sqlalchemy import make_url

from gateway.fake import FakeGateway
from models.database import open_database
from models.schema import upgrade
from phone_verification.arguments import read_arguments
from phone_verification.kinds import Operation
from tasks.figures import Figures
from tasks.outage import DATABASE_AWAY
from tasks.run import Done, accept
from tests.integration.bundle import make_services


def make_read_only(url: str, setting: str) -> None:
    """Let new connections to a database be refused to write, or not."""
    name = make_url(url).database
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {setting}')


def test_a_demoted_database_is_one_that_is_away(fresh_postgres: str) -> None:
    """The message is kept, and the pool leaves the connection, so that the new primary is found."""
    database = open_database(fresh_postgres)
    upgrade(database.engine)
    database.dispose()
    make_read_only(fresh_postgres, "on")
    services = make_services(database, Figures(), lambda *_, **__: None, FakeGateway())
    arguments = read_arguments(Operation.SEND, {"phone_number": "010-1234-5678"})

    with pytest.raises(DATABASE_AWAY):
        accept(services, Operation.SEND, "a-task-id", arguments, wants_result=True)
    make_read_only(fresh_postgres, "off")
    reply = accept(services, Operation.SEND, "a-task-id", arguments, wants_result=True)

    assert isinstance(reply, Done)
    database.dispose()
