"""The sweep: lapsed leases become doubt, overdue runs end, and who was forgotten is rung for."""

from collections import deque
from dataclasses import replace
from typing import Any

import pytest

from models.database import Database
from models.sweeps import LAPSE, OVERDUE, RING
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState
from tasks.figures import Figures
from tasks.services import Services
from tasks.sweep import end_due, sweep
from tests.integration.statements.rows import (
    A_MILLISECOND,
    LEASED,
    RESTING,
    Runs,
    seconds,
    seconds_from_now,
)

_PAST = seconds_from_now(-1)
_RING = {"limit": 200, "step_seconds": 5.0}


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("state", LEASED)
def test_a_lapsed_lease_becomes_doubt(runs: Runs, operation: Operation, state: RunState) -> None:
    """The next epoch fences the holder, and whoever comes next may settle at once."""
    task_id = runs.put(state, operation, epoch=3, not_before=_PAST, ring_at=_PAST)

    lapsed = runs.do(LAPSE, {"limit": 200})

    row = runs.read(task_id)
    assert lapsed == 1
    assert (row.state, row.epoch, row.posts) == (RunState.AMBIGUOUS, 4, 1)
    assert row.not_before == row.ring_at <= runs.clock()


@pytest.mark.parametrize(
    ("state", "lease"), [*((state, 5.0) for state in LEASED), *((state, -1.0) for state in RESTING)]
)
def test_a_live_lease_and_a_rest_do_not_lapse(runs: Runs, state: RunState, lease: float) -> None:
    """Only a claim whose time is over is taken from its holder."""
    due = seconds_from_now(lease)
    task_id = runs.put(state, not_before=due, ring_at=due)
    before = runs.read(task_id)

    lapsed = runs.do(LAPSE, {"limit": 200})

    assert lapsed == 0
    assert runs.read(task_id) == before


def test_a_batch_takes_no_more_rows_than_it_may(runs: Runs) -> None:
    """Those due longest come first."""
    due = [seconds_from_now(-age) for age in (1, 5, 3, 4, 2)]
    task_ids = [
        runs.put(RunState.CALLING, phone_fingerprint=f"k1:{n}", not_before=at, ring_at=at)
        for n, at in enumerate(due)
    ]

    lapsed = runs.do(LAPSE, {"limit": 2})

    states = [runs.read(task_id).state is RunState.AMBIGUOUS for task_id in task_ids]
    assert lapsed == 2
    assert states == [False, True, False, True, False]


@pytest.mark.parametrize("state", [RunState.ACCEPTED, RunState.WAITING])
@pytest.mark.parametrize("reason", [None, ErrorKind.PROVIDER_MISCONFIGURED])
def test_an_overdue_run_that_was_not_sent_ends_for_its_reason(
    runs: Runs, services: Services, state: RunState, reason: ErrorKind | None
) -> None:
    """Without a reason the provider was unavailable; the person hears that nothing was sent."""
    task_id = runs.put(state, deadline_at=_PAST, error_kind=reason)

    swept = sweep(services)

    row = runs.read(task_id)
    assert swept.ended == 1
    assert (row.state, row.outcome) == (RunState.DONE, Outcome.FAILED)
    assert row.error_kind is (reason or ErrorKind.PROVIDER_UNAVAILABLE)
    assert row.result["error"]["kind"] == row.error_kind.value
    assert row.result["verification"]["phone"] == "+82*****5678"
    assert (row.sealed_arguments, row.ring_at) == (None, None)
    assert row.finished_at >= row.deadline_at


def test_an_overdue_doubt_ends_unknown(runs: Runs, services: Services) -> None:
    """A code may still arrive, whatever the reason for waiting was before."""
    task_id = runs.put(RunState.AMBIGUOUS, deadline_at=_PAST, error_kind=ErrorKind.PROVIDER_UNAVAILABLE)

    sweep(services)

    row = runs.read(task_id)
    assert (row.state, row.outcome) == (RunState.DONE, Outcome.UNKNOWN)
    assert row.error_kind is ErrorKind.OUTCOME_UNKNOWN


@pytest.mark.parametrize("state", LEASED)
def test_a_held_run_is_not_overdue_while_its_lease_lives(
    runs: Runs, services: Services, state: RunState
) -> None:
    """Its holder may still write the truth."""
    lease = seconds_from_now(5)
    task_id = runs.put(state, deadline_at=_PAST, not_before=lease, ring_at=lease)
    before = runs.read(task_id)

    swept = sweep(services)

    assert (swept.lapsed, swept.ended, swept.rung) == (0, 0, 0)
    assert runs.read(task_id) == before


def test_a_lapsed_lease_past_its_deadline_ends_in_the_same_pass(runs: Runs, services: Services) -> None:
    """One pass is enough: nobody waits for a second."""
    task_id = runs.put(RunState.CALLING, deadline_at=_PAST, not_before=_PAST, ring_at=_PAST)

    swept = sweep(services)

    assert (swept.lapsed, swept.ended) == (1, 1)
    assert runs.read(task_id).error_kind is ErrorKind.OUTCOME_UNKNOWN


@pytest.mark.parametrize("state", RESTING)
@pytest.mark.parametrize("scale", [1, 0.1])
def test_alarms_come_after_5_10_20_and_then_every_30_seconds(
    runs: Runs, state: RunState, scale: float
) -> None:
    """A healthy backlog is not flooded; one knob scales the ladder."""
    task_id = runs.put(state)
    pauses = []

    for _ in range(6):
        runs.change(task_id, ring_at=_PAST)
        with runs.together():
            began = runs.clock()
            runs.do(RING, {"limit": 200, "step_seconds": 5.0 * scale})
        pauses.append(seconds(runs.read(task_id).ring_at, began) / scale)

    assert pauses == pytest.approx([5, 10, 20, 30, 30, 30], abs=0.5)
    assert runs.read(task_id).publishes == 6
    assert runs.read(task_id).state is state


@pytest.mark.parametrize(
    ("state", "columns"),
    [
        *((state, {"ring_at": seconds_from_now(1)}) for state in RESTING),
        *((state, {"ring_at": _PAST, "deadline_at": _PAST}) for state in RESTING),
        *((state, {"ring_at": _PAST, "not_before": seconds_from_now(5)}) for state in LEASED),
    ],
)
def test_nobody_is_rung_for_early_late_or_while_held(
    runs: Runs, state: RunState, columns: dict[str, Any]
) -> None:
    """The alarm is for runs whose time has come and which somebody may claim."""
    task_id = runs.put(state, **columns)

    rung = runs.do(RING, _RING)

    assert rung == 0
    assert runs.read(task_id).publishes == 0


def test_an_accepted_run_is_rung_for_with_its_id_alone(
    runs: Runs, services: Services, rung: deque[str]
) -> None:
    """Its message was lost: the sweeper publishes another."""
    task_id = runs.put(ring_at=_PAST)

    swept = sweep(services)

    assert swept.rung == 1
    assert list(rung) == [task_id]


def test_an_overdue_run_is_published_once_more_only_where_a_result_is_wanted(
    runs: Runs, services: Services, rung: deque[str]
) -> None:
    """An open-door caller reads Celery's result key; a task must put the stored result there."""
    wanted = runs.put(deadline_at=_PAST, wants_result=True)
    runs.put(deadline_at=_PAST)

    sweep(services)
    sweep(services)

    assert list(rung) == [wanted]


def test_a_dead_broker_stops_the_alarms_but_not_the_endings(runs: Runs, services: Services) -> None:
    """Deadlines are committed before anything is published, and the rest is rung for later."""
    overdue, forgotten = runs.put(deadline_at=_PAST, wants_result=True), runs.put(ring_at=_PAST)
    calls: list[str] = []

    def dead(operation: Operation, task_id: str, *, countdown: float, wants_result: bool) -> None:
        calls.append(task_id)
        raise ConnectionError

    swept = sweep(replace(services, ring=dead))

    assert (swept.ended, swept.rung, calls) == (1, 0, [overdue])
    assert runs.read(overdue).state is RunState.DONE
    assert runs.read(forgotten).ring_at + A_MILLISECOND > runs.clock()


def test_what_is_due_ends_without_a_broker(runs: Runs, services: Services) -> None:
    """Nobody is rung for on the way: a broker that takes seconds for each alarm delays no end."""
    overdue = runs.put(deadline_at=_PAST, wants_result=True)
    rung: list[str] = []

    done = end_due(replace(services, ring=lambda _operation, task_id, **_: rung.append(task_id)))

    assert runs.read(overdue).state is RunState.DONE
    assert (rung, [alarm.task_id for alarm in done.alarms]) == ([], [overdue])


def test_a_burst_of_overdue_runs_ends_within_ten_seconds(runs: Runs, services: Services) -> None:
    """Thousands wait out one outage and fall due together: a batch's size must not delay their end."""
    figures = Figures(sweep_rows=4)
    task_ids = [runs.put(deadline_at=_PAST) for _ in range(25 * figures.sweep_rows)]
    passes = int(10 / figures.sweep_interval_seconds)

    for _ in range(passes):
        sweep(replace(services, figures=figures))

    assert {runs.read(task_id).state for task_id in task_ids} == {RunState.DONE}


def test_two_sweepers_share_the_work_without_waiting(postgres_database: Database) -> None:
    """What one has locked the other leaves out; SQLite has one writer at a time."""
    runs = Runs(postgres_database)
    for n in range(4):
        runs.put(phone_fingerprint=f"k1:{n}", deadline_at=_PAST)

    with runs.database.transaction() as first, runs.database.transaction() as second:
        taken = [{row.task_id for row in each.execute(OVERDUE, {"limit": 2})} for each in (first, second)]

    assert [len(ids) for ids in taken] == [2, 2]
    assert not taken[0] & taken[1]
