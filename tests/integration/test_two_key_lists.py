"""A rotation with real worker processes: each holds another key list, and one number is verified by all."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import select

from models.task_run import TaskRun
from models.verification import Verification
from phone_verification import VerificationClient
from phone_verification.keys import key_id_of, make_key
from phone_verification.kinds import ErrorKind, Outcome
from simulator.client import SimulatorClient
from tests.integration.conftest import Backend, backend_on, settings_from
from tests.integration.test_lost_answers import HURRIED
from worker.bootstrap import make_client
from worker.demo.redis_server import RedisServer
from worker.demo.worker_process import worker_process

K1, K2 = make_key("k1"), make_key("k2")
OLD, ADDED, RETIRED = K1, f"{K2},{K1}", f"{K2},{K1}:retired"

# The second process starts within the first send's time, on a busy machine too.
PATIENT = HURRIED.model_copy(update={"send_deadline_seconds": 400})
SCALE = 0.1


@contextmanager
def worker_with(backend: Backend, keys: str, directory: Path) -> Iterator[VerificationClient]:
    """Run one more worker, and a caller beside it, with another key list."""
    environment = {**backend.environment, "HMAC_KEYS": keys}
    name = f"keys{len(keys)}"
    with (
        worker_process(environment, directory / f"{name}.log", name=name, concurrency=4),
        make_client(settings_from(environment), PATIENT.scaled(SCALE)) as client,
    ):
        yield client


def kill(backend: Backend) -> None:
    """End the worker as a crash would."""
    os.killpg(backend.worker.pid, signal.SIGKILL)
    backend.worker.wait()


def made_under(backend: Backend, table: type[TaskRun | Verification]) -> list[str]:
    """By which keys the rows of a table are found."""
    with backend.database.transaction() as connection:
        return sorted(key_id_of(str(one)) for one in connection.scalars(select(table.phone_fingerprint)))


def test_one_number_is_verified_by_processes_at_three_steps(
    fresh_postgres: str, redis: RedisServer, simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> None:
    """Begun by one, settled by another, checked through a third: one text, no conflict, one approval."""
    with ExitStack() as stack:
        first = stack.enter_context(
            backend_on(
                fresh_postgres,
                redis,
                simulator,
                tmp_path,
                PATIENT,
                time_scale=SCALE,
                changes={"HMAC_KEYS": OLD},
            )
        )
        held = first.phone.fault("hold", "start", when="after")
        handle = first.client.send(first.number)
        first.phone.wait_held(held)
        kill(first)
        first.phone.release(held, drop=True)

        added = stack.enter_context(worker_with(first, ADDED, tmp_path))
        assert first.result(handle, within=60).outcome is Outcome.SENT
        assert added.send(first.number, task_id=handle) == handle

        told = (tmp_path / f"keys{len(ADDED)}.log").read_text()
        assert '"hmac_keys": {"k2": "not used yet", "k1": "in use"}' in told

        retired = stack.enter_context(worker_with(first, RETIRED, tmp_path))
        assert retired.send(first.number, task_id=handle) == handle
        code = first.phone.code(first.e164) or ""
        wrong = "".join(str((int(digit) + 1) % 10) for digit in code)
        for client in (added, retired):
            told = first.result(client.check(wrong, phone_number=first.number, verification_id=handle))
            assert told.error is not None
            assert told.error.kind is ErrorKind.INVALID_CODE
        assert len(first.phone.requests(endpoint="check")) == 1

        approved = retired.check(code, phone_number=first.number, verification_id=handle)
        assert first.result(approved).outcome is Outcome.APPROVED
        again = first.result(added.check(code, phone_number=first.number, verification_id=handle))
        assert (again.outcome, again.replayed) == (Outcome.APPROVED, True)

        assert first.phone.sent(first.e164) == 1
        assert made_under(first, TaskRun) == ["k1", "k1", "k1", "k2", "k2"]
        assert made_under(first, Verification) == ["k1"]
