"""A running worker keeps nothing longer than promised, without anybody typing a command."""

from pathlib import Path

from sqlalchemy import select

from models import TaskRun, Verification
from phone_verification.kinds import Operation
from simulator.client import SimulatorClient
from tasks.figures import Figures
from tests.integration.conftest import Backend, backend_on
from tests.integration.statements.kept import DAY, put, run, verification
from worker.demo.redis_server import RedisServer
from worker.demo.waiting import wait_until


def stand(backend: Backend) -> tuple[list[str], list[str | None]]:
    """Which runs are left, and which codes."""
    with backend.database.transaction() as connection:
        runs = connection.execute(select(TaskRun.task_id)).scalars().all()
        codes = connection.execute(select(TaskRun.code_hmac).where(TaskRun.operation == Operation.CHECK))
        approved = connection.execute(select(Verification.code_hmac))
        return sorted(runs), [*codes.scalars(), *approved.scalars()]


def test_a_worker_erases_codes_and_removes_old_rows(
    database_url: str, redis: RedisServer, simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> None:
    """Within a pass of each; it verifies numbers all the while."""
    figures = Figures(erase_interval_seconds=0.2, purge_interval_seconds=0.2)

    with backend_on(database_url, redis, simulator, tmp_path, figures) as backend:
        put(backend.database, run("long-ago", asked=40 * DAY), verification(made=DAY, code_hmac="k1:right"))
        put(backend.database, run("yesterday", asked=DAY, operation=Operation.CHECK, code_hmac="k1:typed"))
        wait_until(
            lambda: stand(backend) == (["yesterday"], [None, None]), "all that is due is gone", seconds=20
        )
        result = backend.result(backend.client.send(backend.number))

    assert result.ok
