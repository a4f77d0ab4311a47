"""Any language: what docs/contract.md gives to be copied is copied from it and works, byte by byte."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from phone_verification.acceptance import Acceptance
from phone_verification.arguments import read_arguments
from phone_verification.keys import Fingerprints, Seals
from phone_verification.kinds import Operation
from phone_verification.queues import QUEUES, TASK_NAMES
from phone_verification.task_ids import new_task_id
from simulator.client import SimulatorClient
from tests.contract.bare_caller import block, commands
from tests.integration.bare_redis import bare_redis
from tests.integration.conftest import Backend, backend_on
from tests.postgres import fresh_database
from worker.demo.redis_server import find_redis_server, redis_server
from worker.hardening.envelope import Envelope, read_envelope

ROOT = Path(__file__).parents[2]
KEYS = dict(line.split("=", 1) for line in block("sh", "HMAC_KEYS=").splitlines())
NUMBER = "010-1234-5678"
DEFAULTS: dict[Operation, dict[str, Any]] = {
    Operation.SEND: {"channel": "sms", "client_ref": None, "locale": None, "options": {}},
    Operation.CHECK: {"options": {}},
}
node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js, to run the page's JavaScript")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def worker(
    request: pytest.FixtureRequest,
    simulator_server: tuple[str, SimulatorClient],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Backend]:
    """A worker that has the page's keys."""
    directory = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        url = f"sqlite:///{directory}/any.db"
        if request.param == "postgresql":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres")))
        redis = stack.enter_context(redis_server())
        yield stack.enter_context(backend_on(url, redis, simulator_server, directory, changes=KEYS))


@pytest.fixture
def backend(worker: Backend) -> Backend:
    """The worker, and a phone without texts."""
    worker.phone.reset()
    return worker


def call(backend: Backend, way: str, *words: str) -> dict[str, Any]:
    """Let the bare caller ask, and hold it to having nothing of ours or Celery's."""
    told = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "contract" / "bare_caller.py"), way, *words],
        env={**os.environ, **backend.environment},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert told.returncode == 0, told.stderr
    came_of_it = json.loads(told.stdout)
    assert "redis" in came_of_it["modules"]
    assert not {"celery", "kombu", "phone_verification", "worker", "tasks"} & set(came_of_it["modules"])
    return dict(came_of_it["result"])


def outcome_of_123456(backend: Backend) -> str:
    """Say what becomes of the code that the page types; once in a million it is the right one."""
    return "approved" if backend.phone.code(backend.e164) == "123456" else "rejected"


@pytest.mark.parametrize("way", ["push-verbatim", "insert-verbatim"])
def test_what_the_page_shows_works_as_it_stands(backend: Backend, way: str) -> None:
    """Its two Redis commands, and its three statements: a code is sent, and 123456 is answered."""
    sent = call(backend, way, "send")
    checked = call(backend, way, "check")

    assert (sent["operation"], sent["outcome"]) == ("send", "sent")
    assert sent["verification"]["phone"] == "+82*****5678"
    assert backend.phone.sent(backend.e164) == 1
    assert (checked["operation"], checked["outcome"]) == ("check", outcome_of_123456(backend))
    assert checked["verification"]["id"] == sent["task_id"]
    if way == "insert-verbatim":
        # The second time no row comes back: accepted once.
        assert sent["accepted"] == checked["accepted"] == [1, 0]
    assert backend.client.status(sent["task_id"]).is_done


@pytest.mark.parametrize("way", ["push-own", "insert-own"])
def test_a_caller_puts_its_own_values_in(backend: Backend, way: str) -> None:
    """What the page says is the caller's is replaced, and a person verifies a number."""
    handle, check_id, number = new_task_id(), new_task_id(), "010-8765-4321"
    is_row = way == "insert-own"
    wish: dict[str, Any] = {"phone_number": number}
    asked = {**DEFAULTS[Operation.SEND], **wish} if is_row else wish
    sent = call(backend, way, "send", handle, json.dumps(asked))
    code = backend.phone.code("+821087654321")
    typed = {"code": code, "phone_number": number, "verification_id": handle}
    arguments = {**DEFAULTS[Operation.CHECK], **typed} if is_row else typed
    checked = call(backend, way, "check", check_id, json.dumps(arguments))

    assert (sent["task_id"], sent["outcome"]) == (handle, "sent")
    assert (checked["task_id"], checked["outcome"], checked["ok"]) == (check_id, "approved", True)
    # It is the same intent to the Python client, so the row was filled as the client fills it.
    assert backend.client.send(number, task_id=handle) == handle


def test_the_shell_on_the_page_verifies_a_number(backend: Backend) -> None:
    """As it stands, by a real redis-cli, with the code typed at its prompt."""
    found = shutil.which("redis-cli") or str(Path(find_redis_server()).with_name("redis-cli"))
    path = f"{Path(found).parent}:{os.environ['PATH']}"
    with subprocess.Popen(
        ["sh", "-c", block("sh", "ask() {")],
        env={**os.environ, **backend.environment, "PATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        # It polls for ever, as a person would.
        patience = threading.Timer(40, shell.kill)
        patience.start()
        sent = json.loads(shell.stdout.readline())["result"]
        shell.stdin.write(f"{backend.phone.code(backend.e164)}\n")
        shell.stdin.flush()
        checked = json.loads(shell.stdout.readline())["result"]
        patience.cancel()

    assert (sent["outcome"], checked["outcome"]) == ("sent", "approved")
    assert checked["verification"]["id"] == sent["task_id"]


def test_the_ring_on_the_page_is_one_for_its_row() -> None:
    """The worker reads it as a message that carries the row's id and nothing else, and stores no result."""
    ((_, push, queue, item),) = commands(block("sh", "ignore_result"))

    ring = read_envelope(json.loads(item), datetime.now(UTC))

    assert isinstance(ring, Envelope)
    assert (push, queue, ring.task) == ("LPUSH", QUEUES[Operation.SEND], TASK_NAMES[Operation.SEND])
    assert (json.loads(base64.b64decode(ring.body)), ring.ignore_result) == ([[], {}, {}], True)
    assert f"VALUES ('{ring.task_id}'" in block("sql", "INSERT", "'send'")


@pytest.mark.parametrize("operation", [Operation.SEND, Operation.CHECK])
def test_the_values_on_the_page_are_the_clients(operation: Operation) -> None:
    """Every literal of the two rows is what the Python client writes for the same wish."""
    insert = block("sql", "INSERT", f"'{operation.value}'")
    literals = re.findall(r"'([^']*)'", insert)
    wish = {"phone_number": NUMBER}
    if operation is Operation.CHECK:
        wish |= {"code": "123456", "verification_id": literals[-3]}
    arguments, seals = read_arguments(operation, wish), Seals.parse(KEYS["SEAL_KEYS"])
    acceptance = Acceptance(
        fingerprints=Fingerprints.parse(KEYS["HMAC_KEYS"]),
        seals=seals,
        default_region="KR",
        deadline_seconds=dict.fromkeys(Operation, 1),
    )

    row = acceptance.row(operation, literals[0], arguments)

    unsealed = {name: value for name, value in row.items() if name != "sealed_arguments"}
    names = re.findall(r"\w+", insert.partition("(")[2].partition(")")[0])
    written = [unsealed[name] for name in names if unsealed.get(name) is not None]
    assert literals[:-2] == written
    assert seals.open(literals[0], literals[-2]) == arguments.intent()


def javascript(call: str) -> str:
    """Run the page's functions and one call of them."""
    script = f"{block('js', 'function seal')}\n{block('js', 'function fingerprint')}\nconsole.log({call})"
    told = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, timeout=30)
    return told.stdout.strip()


@node
def test_the_pages_javascript_makes_its_fingerprints() -> None:
    """The phone's, under the last key that is not retired."""
    other = KEYS["HMAC_KEYS"].replace("k1:", "k2:")
    keys = json.dumps(f"{other},{KEYS['HMAC_KEYS']},{other.replace('k2', 'k0')}:retired")

    made = javascript(f'fingerprint({keys}, "phone", "+821012345678")')

    assert made in block("sql", "INSERT", "'send'")


@node
def test_the_pages_javascript_seals(backend: Backend) -> None:
    """Its token is all that a message carries, and a code is sent."""
    task_id = new_task_id()
    wish = json.dumps({"phone_number": NUMBER})
    sealed = javascript(f'JSON.stringify(seal("{KEYS["SEAL_KEYS"]}", "{task_id}", {wish}))')

    with bare_redis(backend.redis) as caller:
        caller.ask(Operation.SEND, task_id, json.loads(sealed))
        sent = caller.answer(task_id)

    assert (sent["task_id"], sent["outcome"]) == (task_id, "sent")
