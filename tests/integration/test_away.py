"""A run that an open breaker turned away: it waits as long as it has been away, and no call is recorded."""

import pytest
from sqlalchemy import select

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.fake import FakeGateway
from models.database import Database
from models.provider_call import ProviderCall
from models.task_run import TaskRun
from phone_verification.accepted_runs import ACCEPT
from phone_verification.arguments import read_arguments
from phone_verification.kinds import ErrorKind, Operation, RunState
from tasks.figures import Figures
from tasks.run import Done, Later, resume
from tasks.services import Services
from tests.integration.bundle import make_services


@pytest.fixture
def gateway() -> FakeGateway:
    """A provider in memory."""
    return FakeGateway()


@pytest.fixture
def services(database: Database, gateway: FakeGateway) -> Services:
    """What the tasks work with."""
    return make_services(database, Figures(), lambda *_, **__: None, gateway)


def put(services: Services, deadline_seconds: float = 120) -> str:
    """Accept a send, as a client would."""
    arguments = read_arguments(Operation.SEND, {"phone_number": "010-1234-5678"})
    row = services.acceptance.row(Operation.SEND, "a-task-id", arguments)
    with services.database.transaction() as connection:
        connection.execute(ACCEPT[services.database.dialect], {**row, "deadline_seconds": deadline_seconds})
    return "a-task-id"


def turned_away(kind: ErrorKind = ErrorKind.PROVIDER_UNAVAILABLE) -> Answer:
    """What a breaker answers that has been open for forty seconds."""
    return Answer(
        endpoint=Endpoint.START,
        answer_class=AnswerClass.NOT_SENT,
        reason=Reason.BREAKER_OPEN,
        duration_seconds=0,
        kind=kind,
        away_seconds=40,
    )


def test_it_waits_as_long_as_the_endpoint_has_been_away(services: Services, gateway: FakeGateway) -> None:
    """Those who wait come back spread over nearly as long a time as the outage took."""
    gateway.script(Endpoint.START, turned_away())

    reply = resume(services, Operation.SEND, put(services))

    assert isinstance(reply, Later)
    assert 28 <= reply.delay_seconds <= 38


def test_nothing_left_so_no_call_is_recorded(services: Services, gateway: FakeGateway) -> None:
    """The audit trail has a row for each HTTP call, and the run no POST that may have left."""
    gateway.script(Endpoint.START, turned_away())
    resume(services, Operation.SEND, put(services))

    with services.database.transaction() as connection:
        assert connection.execute(select(ProviderCall.id)).all() == []
        run = connection.execute(select(TaskRun.state, TaskRun.posts, TaskRun.first_begun_at)).one()
    assert tuple(run) == (RunState.WAITING, 0, None)


@pytest.mark.parametrize("kind", [ErrorKind.PROVIDER_UNAVAILABLE, ErrorKind.PROVIDER_MISCONFIGURED])
def test_it_ends_with_the_breakers_reason(services: Services, gateway: FakeGateway, kind: ErrorKind) -> None:
    """When no further try fits, the result says whose fault it was."""
    gateway.script(Endpoint.START, turned_away(kind))

    reply = resume(services, Operation.SEND, put(services, deadline_seconds=9))

    assert isinstance(reply, Done)
    assert reply.result["error"]["kind"] == kind
