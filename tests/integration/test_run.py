"""One delivery: claim, ask, record, on a real database with a provider in memory."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.fake import FakeGateway
from models.database import Database
from phone_verification.accepted_runs import ACCEPT
from phone_verification.arguments import read_arguments
from phone_verification.kinds import ErrorKind, Operation
from tasks.figures import Figures
from tasks.malformed import refuse
from tasks.run import Done, Later, NotMine, accept, resume
from tasks.services import Services
from tests.integration.bundle import make_services

SEND, CHECK = Operation.SEND, Operation.CHECK


@pytest.fixture
def gateway() -> FakeGateway:
    """A provider in memory."""
    return FakeGateway()


@pytest.fixture
def services(database: Database, gateway: FakeGateway) -> Services:
    """What the tasks work with."""
    return make_services(database, Figures(), lambda *_, **__: None, gateway)


def put(services: Services, operation: Operation, task_id: str = "a-task-id", **changes: Any) -> str:
    """Accept a run, as a client would."""
    arguments = {"phone_number": "010-1234-5678"} | ({"code": "123456"} if operation is CHECK else {})
    row = services.acceptance.row(operation, task_id, read_arguments(operation, arguments))
    with services.database.transaction() as connection:
        connection.execute(ACCEPT[services.database.dialect], {**row, **changes})
    return task_id


def answer(answer_class: AnswerClass, kind: ErrorKind, **facts: Any) -> Answer:
    """An answer of the provider's."""
    return Answer(
        endpoint=Endpoint.START,
        answer_class=answer_class,
        reason=Reason.RATE_LIMITED,
        duration_seconds=0,
        kind=kind,
        **facts,
    )


def kind_of(reply: object) -> str | None:
    """The error kind of a run that is over."""
    assert isinstance(reply, Done)
    error = reply.result["error"]
    return error and str(error["kind"])


def test_a_run_is_done_once(services: Services, gateway: FakeGateway) -> None:
    """A second delivery returns the stored result and asks nobody."""
    task_id = put(services, SEND)

    first, second = resume(services, SEND, task_id), resume(services, SEND, task_id)

    assert isinstance(first, Done)
    assert first == second
    assert len(gateway.sent) == 1


def test_an_unknown_id_vanishes(services: Services) -> None:
    """Nothing is stored for it."""
    assert resume(services, SEND, "nobody-knows") == NotMine()


def test_what_did_not_leave_waits_with_its_reason(services: Services, gateway: FakeGateway) -> None:
    """The row owns the waiting; the reply says for how long."""
    gateway.script(Endpoint.START, answer(AnswerClass.NOT_SENT, ErrorKind.PROVIDER_MISCONFIGURED))
    task_id = put(services, SEND)

    reply = resume(services, SEND, task_id)

    assert isinstance(reply, Later)
    assert reply.kind is ErrorKind.PROVIDER_MISCONFIGURED
    assert 0.25 <= reply.delay_seconds <= 0.5


def test_a_wait_that_nobody_sits_out_is_a_final_no(services: Services, gateway: FakeGateway) -> None:
    """Twilio wants ten minutes, the person has two: told at once, with when to come back."""
    gateway.script(
        Endpoint.START,
        answer(AnswerClass.NOT_SENT, ErrorKind.PROVIDER_UNAVAILABLE, retry_after_seconds=600.0),
    )

    reply = resume(services, SEND, put(services, SEND))

    assert kind_of(reply) == ErrorKind.PROVIDER_UNAVAILABLE
    assert isinstance(reply, Done)
    assert reply.result["error"]["retry_after"] == 600


def test_a_lost_answer_is_kept_in_doubt_and_looked_after(services: Services, gateway: FakeGateway) -> None:
    """Soon it is looked what became of it; nobody asks for another text meanwhile."""
    gateway.script(Endpoint.START, answer(AnswerClass.MAYBE_SENT, ErrorKind.PROVIDER_UNAVAILABLE))
    task_id = put(services, SEND)

    reply = resume(services, SEND, task_id)

    assert isinstance(reply, Later)
    assert reply.kind is ErrorKind.OUTCOME_UNKNOWN
    assert 1 <= reply.delay_seconds <= 2
    assert resume(services, SEND, task_id) == NotMine()
    assert gateway.sent == []


class Broken(FakeGateway):
    """A provider whose code has a fault."""

    def start(self, **_: Any) -> Answer:
        """Fail as only a bug does."""
        raise ZeroDivisionError("+821012345678")


def test_a_fault_of_ours_ends_the_run(services: Services) -> None:
    """The worker goes on, the caller is told, and nothing of the exception's text is."""
    reply = resume(replace(services, gateway=Broken()), SEND, put(services, SEND))

    assert kind_of(reply) == ErrorKind.INTERNAL_ERROR
    assert "12345678" not in str(reply)


def test_a_seal_that_no_key_opens_waits(services: Services) -> None:
    """The key may come back before the deadline."""
    task_id = put(services, SEND, sealed_arguments="not a seal")

    reply = resume(services, SEND, task_id)

    assert isinstance(reply, Later)
    assert reply.kind is ErrorKind.INTERNAL_ERROR


def test_sealed_arguments_of_the_wrong_shape_are_an_invalid_request(services: Services) -> None:
    """Another language's INSERT can be wrong too."""
    sealed = services.seals.seal("a-task-id", {"phone_number": 17})

    assert kind_of(resume(services, SEND, put(services, SEND, sealed_arguments=sealed))) == (
        ErrorKind.INVALID_REQUEST
    )


@pytest.mark.parametrize(
    ("operation", "arguments", "expected"),
    [
        (SEND, {"phone_number": "abc"}, ErrorKind.INVALID_PHONE_NUMBER),
        (SEND, {"phone_number": "02-312-3456"}, ErrorKind.UNSUPPORTED_PHONE_TYPE),
        (CHECK, {"phone_number": "abc", "code": "123456"}, ErrorKind.INVALID_PHONE_NUMBER),
        (CHECK, {"phone_number": "+12125552368", "code": "123456"}, ErrorKind.COUNTRY_BLOCKED),
        (CHECK, {"phone_number": "010-1234-5678", "code": "12"}, ErrorKind.INVALID_CODE),
        (CHECK, {"phone_number": "010-1234-5678", "code": "123456"}, ErrorKind.NO_VERIFICATION_RECORD),
        (
            CHECK,
            {"phone_number": "010-1234-5678", "code": "123456", "verification_id": "nobodys-handle"},
            ErrorKind.NO_VERIFICATION_RECORD,
        ),
    ],
)
def test_a_message_that_refuses_itself_asks_nobody(
    services: Services, operation: Operation, arguments: dict[str, str], expected: ErrorKind
) -> None:
    """Classified by our own rules, and recorded."""
    reply = accept(services, operation, "a-task-id", read_arguments(operation, arguments), wants_result=True)

    assert kind_of(reply) == expected


def test_a_malformed_repetition_is_told_what_the_first_one_was(services: Services) -> None:
    """The id is taken: its result stands, and no refusal poisons it."""
    task_id = put(services, SEND)
    sent = resume(services, SEND, task_id)

    assert refuse(services, SEND, task_id, "phone_number", wants_result=True) == sent


def test_a_malformed_repetition_of_a_live_run_vanishes(services: Services) -> None:
    """Nothing is answered for it: the run will answer."""
    task_id = put(services, SEND)

    assert refuse(services, SEND, task_id, "phone_number", wants_result=True) == NotMine()
