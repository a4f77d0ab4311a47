"""The open door, sealed: all arguments in one token, from any language, for one task and for 150 s."""

import base64
import hmac
import json
import os
import struct
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from phone_verification import new_task_id, seal_check, seal_send
from phone_verification.keys import make_key
from phone_verification.kinds import Operation
from simulator.client import SimulatorClient
from tests.integration.bare_redis import BareRedis, bare_redis
from tests.integration.conftest import Backend, backend_on
from worker.demo.redis_server import RedisServer
from worker.demo.waiting import wait_until

SEND, CHECK = Operation.SEND, Operation.CHECK


@pytest.fixture
def caller(backend: Backend) -> Iterator[BareRedis]:
    """A caller in any language."""
    with bare_redis(backend.redis) as opened:
        yield opened


def first_key(backend: Backend) -> bytes:
    """Read the first of SEAL_KEYS, as any language would."""
    entry = backend.environment["SEAL_KEYS"].split(",")[0]
    return base64.b64decode(entry.split(":")[1])


def seal_by_hand(key: bytes, values: dict[str, Any]) -> str:
    """Seal as docs/contract.md says it byte by byte: AES-128-CBC, HMAC-SHA256, URL-safe base64."""
    text = json.dumps(values, indent=1).encode()
    padding = 16 - len(text) % 16
    initial = os.urandom(16)
    encryptor = Cipher(algorithms.AES(key[16:]), modes.CBC(initial)).encryptor()
    sealed = encryptor.update(text + bytes([padding]) * padding) + encryptor.finalize()
    signed = b"\x80" + struct.pack(">Q", int(time.time())) + initial + sealed
    return base64.urlsafe_b64encode(signed + hmac.new(key[:16], signed, sha256).digest()).decode()


def seal_long_ago(backend: Backend, values: dict[str, Any]) -> dict[str, str]:
    """Seal as of ten minutes ago."""
    fernet = Fernet(base64.urlsafe_b64encode(first_key(backend)))
    return {"sealed": fernet.encrypt_at_time(json.dumps(values).encode(), int(time.time()) - 600).decode()}


def told(backend: Backend, task_id: str, event: str) -> list[dict[str, Any]]:
    """What the worker logged of a task under this name."""
    lines = (json.loads(line) for line in backend.log.read_text().splitlines() if task_id in line)
    return [line for line in lines if line["event"] == event]


def test_any_language_seals_with_aes_and_hmac(backend: Backend, caller: BareRedis) -> None:
    """Send and check by two sealed messages, asked and answered by bare Redis commands."""
    key, handle, check_id = first_key(backend), new_task_id(), new_task_id()

    sealed = seal_by_hand(key, {"phone_number": backend.number, "client_ref": "ip", "task_id": handle})
    caller.ask(SEND, handle, {"sealed": sealed})
    sent = caller.answer(handle)
    code = backend.phone.code(backend.e164)
    typed = {"code": code, "phone_number": backend.number, "verification_id": handle}
    caller.ask(CHECK, check_id, {"sealed": seal_by_hand(key, {**typed, "task_id": check_id})})
    checked = caller.answer(check_id)

    assert (sent["outcome"], sent["verification"]["id"]) == ("sent", handle)
    assert (checked["outcome"], checked["ok"]) == ("approved", True)


def test_a_python_caller_seals_with_one_function(backend: Backend, caller: BareRedis) -> None:
    """seal_send and seal_check make what the worker opens."""
    keys, handle, check_id = backend.environment["SEAL_KEYS"], new_task_id(), new_task_id()

    caller.ask(SEND, handle, seal_send(handle, backend.number, seal_keys=keys))
    assert caller.answer(handle)["outcome"] == "sent"
    code = backend.phone.code(backend.e164) or ""
    sealed = seal_check(check_id, code, phone_number=backend.number, verification_id=handle, seal_keys=keys)
    caller.ask(CHECK, check_id, sealed)

    assert caller.answer(check_id)["outcome"] == "approved"


def test_a_sealed_message_and_a_plain_one_are_one_intent(backend: Backend, caller: BareRedis) -> None:
    """The same arguments under the same id, however they came."""
    keys, task_id = backend.environment["SEAL_KEYS"], new_task_id()
    caller.ask(SEND, task_id, {"phone_number": backend.number})
    first = caller.answer(task_id)
    caller.forget(task_id)

    caller.ask(SEND, task_id, seal_send(task_id, backend.number, seal_keys=keys))

    assert caller.answer(task_id) == first
    assert backend.phone.sent(backend.e164) == 1


@pytest.mark.parametrize("flaw", ["another key", "another task", "mixed", "no token"])
def test_a_token_that_does_not_open_is_answered_invalid(
    backend: Backend, caller: BareRedis, flaw: str
) -> None:
    """It is recorded and told once; nothing of it is in the log, and nothing was sent."""
    keys, task_id = backend.environment["SEAL_KEYS"], new_task_id()
    message: dict[str, Any] = {
        "another key": seal_send(task_id, backend.number, seal_keys=make_key("demo")),
        "another task": seal_send(new_task_id(), backend.number, seal_keys=keys),
        "mixed": {**seal_send(task_id, backend.number, seal_keys=keys), "phone_number": backend.number},
        "no token": {"sealed": backend.number},
    }[flaw]

    caller.ask(SEND, task_id, message)
    result = caller.answer(task_id)

    log = backend.log.read_text()
    assert result["error"]["kind"] == "invalid_request"
    assert [one["field"] for one in told(backend, task_id, "run.invalid_request")] == ["sealed"]
    assert backend.client.status(task_id).result is not None
    assert backend.phone.sent(backend.e164) == 0
    assert backend.number not in log
    assert message["sealed"] not in log


def test_a_token_of_long_ago_begins_nothing(backend: Backend, caller: BareRedis) -> None:
    """It is refused and recorded; delivered again, it is told the same."""
    task_id = new_task_id()
    old = seal_long_ago(backend, {"phone_number": backend.number, "task_id": task_id})

    caller.ask(SEND, task_id, old)
    first = caller.answer(task_id)
    caller.forget(task_id)
    caller.ask(SEND, task_id, old)

    assert first["error"]["kind"] == "invalid_request"
    assert caller.answer(task_id) == first
    assert backend.phone.sent(backend.e164) == 0


def test_a_message_of_long_ago_meets_its_own_result(backend: Backend, caller: BareRedis) -> None:
    """Redelivered after the run has ended, it stores the result again and refuses nothing."""
    task_id = new_task_id()
    values = {"phone_number": backend.number, "task_id": task_id}
    caller.ask(SEND, task_id, {"sealed": seal_by_hand(first_key(backend), values)})
    first = caller.answer(task_id)
    caller.forget(task_id)

    caller.ask(SEND, task_id, seal_long_ago(backend, values))

    assert caller.answer(task_id) == first
    assert first["outcome"] == "sent"
    assert backend.phone.sent(backend.e164) == 1


def test_a_message_of_long_ago_leaves_its_own_run_alone(backend: Backend, caller: BareRedis) -> None:
    """Redelivered while the run is under way, it vanishes: the run ends as it would have."""
    task_id = new_task_id()
    values = {"phone_number": backend.number, "task_id": task_id}
    held = backend.phone.fault("hold", "start", when="after")
    caller.ask(SEND, task_id, {"sealed": seal_by_hand(first_key(backend), values)})
    backend.phone.wait_held(held)

    caller.ask(SEND, task_id, seal_long_ago(backend, values))
    wait_until(lambda: told(backend, task_id, "run.seal_untimely"), "it is read", seconds=10)
    wait_until(lambda: caller.broker.zcard("unacked_index") == 1, "it is gone", seconds=10)
    backend.phone.release(held)

    assert caller.answer(task_id)["outcome"] == "sent"
    assert backend.phone.sent(backend.e164) == 1
    assert not told(backend, task_id, "run.invalid_request")


def test_other_arguments_of_long_ago_leave_the_first_result(backend: Backend, caller: BareRedis) -> None:
    """An old token under a used id is the conflict that a young one would be."""
    task_id = new_task_id()
    caller.ask(SEND, task_id, {"phone_number": backend.number})
    first = caller.answer(task_id)

    caller.ask(SEND, task_id, seal_long_ago(backend, {"phone_number": "010-9999-9999", "task_id": task_id}))
    wait_until(lambda: told(backend, task_id, "run.idempotency_conflict"), "it is logged", seconds=10)

    assert caller.answer(task_id) == first


@pytest.mark.parametrize(
    ("door", "of_plain", "of_sealed"),
    [("sealed", "invalid_request", None), ("closed", "invalid_request", "invalid_request")],
)
def test_the_setting_closes_the_door(
    fresh_postgres: str,
    redis: RedisServer,
    simulator: tuple[str, SimulatorClient],
    tmp_path: Path,
    door: str,
    of_plain: str | None,
    of_sealed: str | None,
) -> None:
    """OPEN_DOOR refuses what it names; the durable door stands open."""
    with (
        backend_on(fresh_postgres, redis, simulator, tmp_path, changes={"OPEN_DOOR": door}) as backend,
        bare_redis(backend.redis) as caller,
    ):
        plain, sealed = new_task_id(), new_task_id()
        caller.ask(SEND, plain, {"phone_number": "010-1111-2222"})
        keys = backend.environment["SEAL_KEYS"]
        caller.ask(SEND, sealed, seal_send(sealed, "010-3333-4444", seal_keys=keys))

        kinds = [(caller.answer(one)["error"] or {}).get("kind") for one in (plain, sealed)]

        assert kinds == [of_plain, of_sealed]
        assert backend.result(backend.client.send(backend.number)).ok
        assert backend.phone.sent() == 1 + (of_sealed is None)
