"""What Redis is told of a number and a code: nothing by the durable door, nothing by the sealed open one.

Every command that anybody sends is recorded while a story is played through a real worker, and at the end
every key is read. The open door as it stands by default is the control: there the search must find them.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis as redis_client

from phone_verification import new_task_id, seal_check, seal_send
from phone_verification.kinds import Operation
from tests.integration.bare_redis import BareRedis, bare_redis
from tests.integration.conftest import Backend
from tests.integration.recording import Recording, contents, recording
from tests.spellings import encodings, found, spellings
from worker.demo.waiting import wait_until

CLIENT_REF = "session-of-Somebody"

Ask = Callable[[Operation, dict[str, Any]], dict[str, Any]]
"""Asks through one door and waits; returns the result."""


@pytest.fixture
def caller(backend: Backend) -> Iterator[BareRedis]:
    """A caller of the open door."""
    with bare_redis(backend.redis) as opened:
        yield opened


@pytest.fixture
def record(backend: Backend) -> Iterator[Recording]:
    """A recording of the worker's Redis from before the story on."""
    with recording(backend.redis) as made:
        yield made


def durable(backend: Backend, caller: BareRedis) -> Ask:
    """A row, then a ring."""

    def ask(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
        call = backend.client.send if operation is Operation.SEND else backend.client.check
        return backend.result(call(**arguments)).model_dump(mode="json")

    return ask


def sealed(backend: Backend, caller: BareRedis) -> Ask:
    """One token in the message."""
    keys = backend.environment["SEAL_KEYS"]

    def ask(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
        task_id, seal = new_task_id(), seal_send if operation is Operation.SEND else seal_check
        caller.ask(operation, task_id, seal(task_id, **arguments, seal_keys=keys))
        return caller.answer(task_id)

    return ask


def plain(backend: Backend, caller: BareRedis) -> Ask:
    """The arguments themselves in the message."""

    def ask(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
        task_id = new_task_id()
        caller.ask(operation, task_id, arguments)
        return caller.answer(task_id)

    return ask


def play(backend: Backend, ask: Ask) -> list[str]:
    """Send through an outage, mistype the code, type it: return both codes."""
    backend.phone.outage("refuse", 1.5)
    sent = ask(Operation.SEND, {"phone_number": backend.number, "client_ref": CLIENT_REF})
    code = backend.phone.code(backend.e164) or ""
    wrong = "".join(str((int(digit) + 1) % 10) for digit in code)
    typed = {"phone_number": backend.number, "verification_id": sent["task_id"]}
    outcomes = [ask(Operation.CHECK, {**typed, "code": one})["outcome"] for one in (wrong, code)]
    assert [sent["outcome"], *outcomes] == ["sent", "rejected", "approved"]
    log = backend.log.read_text().splitlines()
    assert any("run.handed_back" in line and sent["task_id"] in line for line in log)
    return [wrong, code]


def searched_for(backend: Backend, codes: list[str]) -> dict[str, bytes]:
    """Every spelling of the number, both codes and the client_ref."""
    wanted = {f"client_ref{form}": spelled for form, spelled in encodings(CLIENT_REF.encode()).items()}
    for which, code in zip(("wrong", "right"), codes, strict=True):
        spelled = spellings(backend.e164, backend.number, code)
        wanted |= {f"{which} {name}" if name.startswith("code") else name: spelled[name] for name in spelled}
    return wanted


@pytest.mark.parametrize("door", [durable, sealed], ids=["durable door", "sealed open door"])
def test_redis_learns_neither_number_nor_code(
    backend: Backend, caller: BareRedis, record: Recording, door: Callable[[Backend, BareRedis], Ask]
) -> None:
    """Through an outage, a wrong code and the right one, in no spelling, in no command and no key."""
    codes = play(backend, door(backend, caller))
    wait_until(caller.is_idle, "all messages are acknowledged", seconds=10)

    wanted = searched_for(backend, codes)

    assert found(record.text(), wanted) == []
    assert found(contents(backend.redis), wanted) == []
    assert {command[0] for command in record.commands()} >= {b"LPUSH", b"BRPOP", b"ZADD", b"HSET", b"PUBLISH"}


def test_the_search_finds_what_a_plain_message_tells(
    backend: Backend, caller: BareRedis, record: Recording
) -> None:
    """The control: the same story, told plainly, shows all of it, in base64 as Celery's bodies are."""
    codes = play(backend, plain(backend, caller))

    names = {name.partition(",")[0] for name in found(record.text(), searched_for(backend, codes))}

    assert names == {"number", "wrong code", "right code", "client_ref"}


def test_the_search_finds_a_planted_secret(backend: Backend, record: Recording) -> None:
    """What is written under a key, and taken away again, was told; what stays is held."""
    wanted = spellings(backend.e164, backend.number, "918273")
    with redis_client.Redis(port=backend.redis.port, db=1) as client:
        client.hset("planted", backend.number, "918273")
        held = contents(backend.redis)
        client.delete("planted")

    expected = {"number, national with dashes", "code"}
    assert set(found(held, wanted)) == set(found(record.text(), wanted)) == expected
    assert found(contents(backend.redis), wanted) == []
