"""Many workers, many faults, one table: whatever chance does, a run keeps to the drawing of its states."""

import time
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

import pytest
from sqlalchemy import select

from gateway.fake import FakeGateway
from models.database import AnyRow, Database, open_database
from models.schema import upgrade
from models.task_run import TaskRun
from phone_verification.kinds import Operation, RunState
from tasks.figures import Figures
from tests.integration.bundle import make_services
from tests.integration.statements.broker import Broker
from tests.integration.statements.crowd import RUNS, Crowd
from tests.integration.statements.history import (
    Change,
    by_run,
    ended_while_held,
    forgotten_doubts,
    illegal_steps,
    late_claims,
    latest_end,
    longest_tail,
    read_changes,
    robbed_holders,
    shared_numbers,
    start_tracing,
)

_SCALE = 0.02
_SEEDS = [1, 20, 300, 4000]


@pytest.fixture
def table(fresh_postgres: str) -> Iterator[Database]:
    """An empty table whose every change is noted."""
    opened = open_database(fresh_postgres, pool_size=16)
    upgrade(opened.engine)
    start_tracing(opened)
    yield opened
    opened.dispose()


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_crowd_of_workers_keeps_every_promise_of_a_run(table: Database, seed: int) -> None:
    """The same choices each time; who is first differs."""
    _live_and_judge(table, seed)


def test_a_crowd_with_todays_choices_keeps_every_promise_of_a_run(table: Database) -> None:
    """New choices with each run of the suite; a failure prints the seed."""
    seed = time.time_ns() % 1_000_000

    _live_and_judge(table, seed)


def _live_and_judge(table: Database, seed: int) -> None:
    print(f"seed {seed}")  # noqa: T201 - pytest shows it with a failure
    broker = Broker()
    services = make_services(table, Figures().scaled(_SCALE), broker.ring, FakeGateway())
    crowd = Crowd(services=services, broker=broker, seed=seed)

    crowd.live()
    ended = _results(table)
    crowd.haunt()

    changes = read_changes(table)
    _judge_ends(crowd, changes, ended)
    _judge_steps(crowd, changes)
    _judge_messages(crowd, changes)
    assert _results(table) == ended, f"seed {seed}: a result changed after its run was over"


def _results(table: Database) -> dict[str, AnyRow]:
    with table.transaction() as connection:
        rows = connection.execute(select(*TaskRun.__table__.c))
        return {row.task_id: row for row in rows if row.state is RunState.DONE}


def _judge_ends(crowd: Crowd, changes: list[Change], ended: dict[str, AnyRow]) -> None:
    """All ended in time, each once, and as the one who wrote it was told.

    A lease ends at most 7 (scaled) seconds after the deadline, and the next pass of any sweeper ends the
    run. Two passes are allowed, as long as the slowest really took on this machine: the first may find
    the row locked by a worker that is just handing it back.
    """
    promise = 10 * _SCALE + 2 * crowd.longest_sweep_seconds
    endings = Counter(change.task_id for change in changes if change.state is RunState.DONE)
    recorded = Counter(task_id for task_id, _ in crowd.recorded)

    assert len(ended) == RUNS, f"seed {crowd.seed}: {RUNS - len(ended)} runs never ended"
    assert latest_end(changes) <= promise, f"seed {crowd.seed}: a run ended too late"
    assert set(endings.values()) == {1}, f"seed {crowd.seed}: a run ended twice"
    assert max(recorded.values()) == 1, f"seed {crowd.seed}: two claims of one run both recorded"
    assert ended_while_held(changes) <= set(recorded), f"seed {crowd.seed}: not its holder ended a run"
    for task_id, result in crowd.recorded:
        assert ended[task_id].result == result, f"seed {crowd.seed}: {task_id} was told another result"


def _judge_steps(crowd: Crowd, changes: list[Change]) -> None:
    """Nobody shared a claim or a number, nobody wrote without a claim, and no doubt was forgotten."""
    tail = crowd.services.figures.tail_seconds(Operation.SEND) + 0.001

    assert crowd.twice_held() == [], f"seed {crowd.seed}: a claim was held twice"
    assert crowd.forged == [], f"seed {crowd.seed}: an older epoch wrote"
    assert illegal_steps(changes) == [], f"seed {crowd.seed}: a step that is not in the drawing"
    assert robbed_holders(changes) == [], f"seed {crowd.seed}: a live lease was taken away"
    assert late_claims(changes) == [], f"seed {crowd.seed}: a run was taken after its deadline"
    assert longest_tail(changes) <= tail, f"seed {crowd.seed}: a lease outlived its deadline too long"
    assert forgotten_doubts(changes) == [], f"seed {crowd.seed}: a doubt was forgotten"
    assert shared_numbers(changes) == [], f"seed {crowd.seed}: a number was asked about twice at once"


def _judge_messages(crowd: Crowd, changes: list[Change]) -> None:
    """The sweeper published no run more often than its ladder, and turns were granted one at a time.

    A run is rung for when first forgotten, once more for each lapsed lease (which is due at once), as often
    as the ladder's growing pauses fit into its life, and once at its end for the result. A turn is granted
    only when the last one's pause is over.
    """
    figures = crowd.services.figures
    steps = (figures.alarm_step_seconds * times for times in (1, 2, 4, *[6] * 100))
    ladder = list(accumulate(steps))
    rung, turns = crowd.broker.times_rung(), Counter(crowd.turns)
    for task_id, history in by_run(changes).items():
        life = (history[-1].at - history[0].born_at).total_seconds()
        lapses = sum(change.is_lapse for change in history)
        pauses = sum(pause <= life for pause in ladder)

        assert rung[task_id] <= 2 + lapses + pauses, f"seed {crowd.seed}: the sweeper floods {task_id}"
        assert turns[task_id] <= 2 + life / (0.55 * figures.turn_seconds), f"seed {crowd.seed}: {task_id}"
