"""The upkeep: codes go with every pass, old rows about once an hour, and a backlog without a pause."""

from dataclasses import replace

from sqlalchemy import func, select

from models.database import Database
from models.task_run import TaskRun
from phone_verification.kinds import Operation
from tasks.figures import Figures
from tasks.services import Services
from tasks.upkeep import Upkeep
from tests.integration.statements.kept import DAY, put, rows_left, run

_HOUR = 3600.0


class Clock:
    """A monotonic clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        """Return its time."""
        return self.now

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


def old_runs(database: Database, *names: str) -> None:
    """Runs that are older than the retention."""
    put(
        database,
        *[run(name, asked=40 * DAY, code_hmac="k1:typed", operation=Operation.CHECK) for name in names],
    )


def runs_left(database: Database) -> int:
    """How many runs there are."""
    return rows_left(database)["task_runs"]


def test_codes_are_erased_by_every_pass(database: Database, services: Services) -> None:
    """A pass that removes nothing erases all the same."""
    put(database, run("yesterday", asked=DAY, code_hmac="k1:typed", operation=Operation.CHECK))

    Upkeep(Clock())(services)

    row = database.one(select(func.count(TaskRun.code_hmac)), {})
    assert row is not None
    assert row[0] == 0


def test_old_rows_are_removed_about_once_an_hour(database: Database, services: Services) -> None:
    """The first time within the first hour, then every 45 to 75 minutes."""
    clock = Clock()
    upkeep = Upkeep(clock)
    seen = []

    for names, pause in ((["first"], _HOUR), (["second"], 0.74 * _HOUR), ([], 0.52 * _HOUR)):
        upkeep(services)
        old_runs(database, *names)
        clock.pass_time(pause)
        upkeep(services)
        seen.append(runs_left(database))

    assert seen == [0, 1, 0]


def test_workers_that_start_together_do_not_purge_together(database: Database, services: Services) -> None:
    """Each has a first moment of its own, spread over the hour."""
    clock = Clock()
    workers = [Upkeep(clock) for _ in range(20)]
    for upkeep in workers:
        upkeep(services)
    clock.pass_time(_HOUR / 2)
    removed = []

    for n, upkeep in enumerate(workers):
        old_runs(database, f"run-{n:03d}")
        upkeep(services)
        removed.append(runs_left(database) == 0)

    assert {True, False} == set(removed)


def test_a_backlog_is_worked_off_with_every_pass(database: Database, services: Services) -> None:
    """A piece is bounded, so that more rows than an hour's piece would otherwise pile up."""
    few = replace(services, figures=Figures(purge_rows=1, purge_batches=2))
    old_runs(database, *[f"run-{n:03d}" for n in range(6)])
    clock = Clock()
    upkeep = Upkeep(clock)
    upkeep(few)
    clock.pass_time(_HOUR)
    left = []

    for _ in range(3):
        upkeep(few)
        left.append(runs_left(database))

    assert left == [4, 2, 0]
