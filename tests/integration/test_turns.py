"""A send that finds every slot taken waits in the database, by either door; a check does not."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.fake import FakeGateway
from models.database import Database
from models.task_run import TaskRun
from phone_verification.accepted_runs import ACCEPT
from phone_verification.arguments import read_arguments
from phone_verification.kinds import Operation, RunState
from tasks.figures import Figures
from tasks.run import Done, Later, NotMine, accept, resume
from tasks.services import Services
from tasks.slots import SendSlots
from tests.integration.bundle import make_services

SEND, CHECK = Operation.SEND, Operation.CHECK
ARGUMENTS = {SEND: {"phone_number": "010-1234-5678"}, CHECK: {"phone_number": "010-1234-5678", "code": "12"}}


@pytest.fixture
def gateway() -> FakeGateway:
    """A provider in memory."""
    return FakeGateway()


@pytest.fixture
def services(database: Database, gateway: FakeGateway) -> Services:
    """What the tasks of a process with one slot work with."""
    made = make_services(database, Figures(), lambda *_, **__: None, gateway)
    return replace(made, send_slots=SendSlots(threads=1, percent=70))


def put(services: Services, operation: Operation = SEND, **changes: Any) -> str:
    """Accept a run, as a client would."""
    row = services.acceptance.row(operation, "a-task-id", read_arguments(operation, ARGUMENTS[operation]))
    with services.database.transaction() as connection:
        connection.execute(ACCEPT[services.database.dialect], {**row, **changes})
    return "a-task-id"


def deliver(services: Services, operation: Operation = SEND) -> object:
    """A message of the open door comes."""
    arguments = read_arguments(operation, ARGUMENTS[operation])
    return accept(services, operation, "a-task-id", arguments, wants_result=True)


def state_of(services: Services) -> tuple[Any, ...]:
    """Where the run stands, and how often it was claimed and asked for."""
    with services.database.transaction() as connection:
        return tuple(connection.execute(select(TaskRun.state, TaskRun.epoch, TaskRun.posts)).one())


def test_a_run_that_finds_no_slot_comes_back(services: Services, gateway: FakeGateway) -> None:
    """It was neither claimed nor asked for; when there is a slot it is."""
    task_id = put(services)

    with services.send_slots.of(SEND):
        reply = resume(services, SEND, task_id)
    assert isinstance(reply, Later)
    assert 0.2 <= reply.delay_seconds <= 0.5
    assert state_of(services) == (RunState.ACCEPTED, 0, 0)
    assert gateway.sent == []


def test_a_message_that_finds_no_slot_is_kept(services: Services, gateway: FakeGateway) -> None:
    """On the open door it becomes a run that waits; the same message again changes nothing."""
    with services.send_slots.of(SEND):
        first, again = deliver(services), deliver(services)

    assert isinstance(first, Later)
    assert first.wants_result
    assert again == NotMine()
    assert state_of(services) == (RunState.WAITING, 0, 0)
    assert gateway.sent == []
    with services.send_slots.of(CHECK):
        assert isinstance(resume_when_due(services), Done)
    assert len(gateway.sent) == 1


def resume_when_due(services: Services) -> object:
    """Come back when it is time."""
    with services.database.transaction() as connection:
        connection.execute(update(TaskRun).values(not_before=TaskRun.created_at))
    return resume(services, SEND, "a-task-id")


def test_who_is_early_is_not_put_off(services: Services) -> None:
    """A second alarm of a run that waits already makes its wait no longer."""
    task_id = put(services)

    with services.send_slots.of(SEND):
        resume(services, SEND, task_id)
        assert resume(services, SEND, task_id) == NotMine()


def test_a_run_that_is_over_needs_no_slot(services: Services) -> None:
    """Its stored result is told at once."""
    task_id = put(services)
    done = resume(services, SEND, task_id)

    with services.send_slots.of(SEND):
        assert resume(services, SEND, task_id) == deliver(services) == done


@pytest.mark.parametrize(("left", "delay"), [(5.3, 0.3), (4, None)])
def test_a_wait_leaves_time_for_the_call(services: Services, left: float, delay: float | None) -> None:
    """Shortly before its deadline it comes back sooner; with no time for a call the sweeper ends it."""
    task_id = put(services, deadline_seconds=left)
    with services.send_slots.of(SEND):
        reply = resume(services, SEND, task_id)

    if delay is None:
        assert reply == NotMine()
    else:
        assert isinstance(reply, Later)
        assert reply.delay_seconds <= delay


def test_checks_go_on_while_every_slot_is_taken(services: Services) -> None:
    """They need none: a person with a code in hand does not wait for other people's texts."""
    with services.send_slots.of(SEND):
        assert isinstance(deliver(services, CHECK), Done)
