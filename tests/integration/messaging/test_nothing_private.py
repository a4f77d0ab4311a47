"""What Redis, the log and the tables are told of a code of our own and of a caller's own words: nothing.

Each door but the plain one, through a real worker, with a retry in between.
"""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import MetaData, select

from phone_verification import new_task_id, seal_check, seal_message, seal_send
from phone_verification.kinds import Operation
from tests.integration.bare_redis import BareRedis, bare_redis
from tests.integration.conftest import Backend, only_messaging
from tests.integration.recording import contents, recording
from tests.spellings import encodings, found, spellings
from worker.demo.waiting import wait_until

WORDS = "주문하신 물건이 오늘 도착합니다. " + "가" * 1500


@pytest.fixture
def caller(backend: Backend) -> Iterator[BareRedis]:
    """A caller of the open door."""
    with bare_redis(backend.redis) as opened:
        yield opened


def durable(backend: Backend, caller: BareRedis) -> list[str]:
    """Play the story by rows."""
    client, number = backend.client, backend.number
    message = backend.result(client.send_message(number, WORDS))
    sent = backend.result(client.send(number))
    typed = {"phone_number": number, "verification_id": sent.task_id}
    code = backend.phone.code(backend.e164) or ""
    checked = [backend.result(client.check(one, **typed)) for one in (wrong(code), code)]
    return [str(one.outcome) for one in (message, sent, *checked)]


def sealed(backend: Backend, caller: BareRedis) -> list[str]:
    """Play it by sealed messages."""
    keys, number = {"seal_keys": backend.environment["SEAL_KEYS"]}, backend.number
    ids = [new_task_id() for _ in range(4)]
    caller.ask(Operation.MESSAGE, ids[0], seal_message(ids[0], number, WORDS, **keys))
    told = [caller.answer(ids[0])]
    caller.ask(Operation.SEND, ids[1], seal_send(ids[1], number, **keys))
    told.append(caller.answer(ids[1]))
    code = backend.phone.code(backend.e164) or ""
    for task_id, one in zip(ids[2:], (wrong(code), code), strict=True):
        arguments = seal_check(task_id, one, phone_number=number, verification_id=ids[1], **keys)
        caller.ask(Operation.CHECK, task_id, arguments)
        told.append(caller.answer(task_id))
    return [str(one["outcome"]) for one in told]


def wrong(code: str) -> str:
    """Another code."""
    return "".join(str((int(digit) + 1) % 10) for digit in code)


@only_messaging
@pytest.mark.parametrize("door", [durable, sealed], ids=["durable door", "sealed open door"])
def test_nobody_is_told_a_code_or_what_was_written(
    backend: Backend, caller: BareRedis, door: Callable[[Backend, BareRedis], list[str]]
) -> None:
    """Neither the words nor the codes nor the number, in no spelling."""
    backend.phone.fault("status", "message", status=429, code=20429)
    with recording(backend.redis) as record:
        outcomes = door(backend, caller)
        wait_until(caller.is_idle, "all messages are acknowledged", seconds=10)
        told = record.text()

    assert outcomes == ["sent", "sent", "rejected", "approved"]
    code = backend.phone.code(backend.e164) or ""
    wanted = {
        **spellings(backend.e164, backend.number, code),
        **{f"words{form}": spelled for form, spelled in encodings(WORDS[:20].encode()).items()},
    }
    assert found(f"{WORDS} {backend.number} {code}".encode(), wanted)
    assert found(told, wanted) == []
    assert found(contents(backend.redis), wanted) == []
    assert found(backend.log.read_bytes(), wanted) == []
    assert found(tables(backend), wanted) == []


def tables(backend: Backend) -> bytes:
    """Read every row of every table."""
    known = MetaData()
    known.reflect(backend.database.engine)
    with backend.database.transaction() as connection:
        rows = [row for table in known.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(map(str, rows)).encode()
