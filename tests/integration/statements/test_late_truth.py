"""A success that comes late, while the run's present holder writes its own: both are written."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sqlalchemy import select, text

from gateway.fake import FakeGateway
from models.closed_sets import VerificationStatus
from models.database import Database
from models.verification import Verification
from phone_verification.kinds import Channel, Operation, Outcome, RunState
from tasks.claim import Claim, claim
from tasks.figures import Figures
from tasks.record import record
from tasks.step import Finish, KeptVerification
from tests.integration.bundle import make_services
from tests.integration.statements.kept import put, verification
from tests.integration.statements.rows import Runs
from worker.demo.waiting import wait_until

_SENT = Finish(
    outcome=Outcome.SENT,
    kept=KeptVerification(id="VE-both", status=VerificationStatus.PENDING, channel=Channel.SMS, sends=1),
)
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def waiting(database: Database) -> int:
    """How many sessions wait for a row that another holds."""
    row = database.one(_WAITING, {})
    assert row is not None
    return int(row[0])


def test_two_holders_write_the_same_facts_without_a_deadlock(postgres_database: Database) -> None:
    """The one that was frozen and the one that took over take the run's row before the verification's."""
    database = postgres_database
    services = make_services(database, Figures(), lambda *_, **__: None, FakeGateway())
    runs = Runs(database)
    task_id = runs.put()
    put(database, verification(made=60, id="VE-both"))
    holder = claim(services, Operation.SEND, task_id)
    assert isinstance(holder, Claim)
    frozen = replace(holder, epoch=holder.epoch - 1)

    with ThreadPoolExecutor(2) as pool:
        with database.transaction() as other:
            other.execute(select(Verification.id).with_for_update())
            late = pool.submit(record, services, frozen, _SENT)
            wait_until(lambda: waiting(database) == 1, "the first waits", seconds=10)
            present = pool.submit(record, services, holder, _SENT)
            wait_until(lambda: waiting(database) == 2, "both wait", seconds=10)
        results = [late.result(timeout=20), present.result(timeout=20)]

    row = runs.read(task_id)
    assert row.state is RunState.DONE
    assert row.result in results
