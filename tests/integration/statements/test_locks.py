"""The locks: one text and one check per number at a time, freed by the run's own transitions."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from models.claims import WAIT_TURN
from phone_verification.kinds import Operation, RunState
from tasks.claim import Claim, Turn, claim
from tasks.figures import Figures
from tasks.services import Services
from tests.integration.statements.rows import RESTING, Runs, seconds, seconds_from_now

_BUSY = {
    Operation.SEND: {RunState.CALLING, RunState.AMBIGUOUS, RunState.SETTLING},
    Operation.MESSAGE: {RunState.CALLING, RunState.AMBIGUOUS, RunState.SETTLING},
    Operation.CHECK: {RunState.CALLING, RunState.SETTLING},
}
_BLOCKING = [(operation, state) for operation, states in _BUSY.items() for state in sorted(states)]
_FREE = [
    (operation, state) for operation, states in _BUSY.items() for state in RunState if state not in states
]


@pytest.mark.parametrize(("operation", "state"), _BLOCKING)
def test_a_number_that_is_being_asked_about_is_not_claimed_again(
    runs: Runs, operation: Operation, state: RunState
) -> None:
    """The index refuses the claim, and the loser stays as it was."""
    runs.put(state, operation)
    task_id = runs.put(operation=operation)

    with pytest.raises(IntegrityError):
        runs.claim(task_id)

    assert runs.read(task_id).state is RunState.ACCEPTED
    assert runs.read(task_id).epoch == 0


@pytest.mark.parametrize("state", sorted(_BUSY[Operation.SEND]))
@pytest.mark.parametrize(
    ("held", "wanted"), [(Operation.SEND, Operation.MESSAGE), (Operation.MESSAGE, Operation.SEND)]
)
def test_a_number_is_texted_for_one_run_at_a_time(
    runs: Runs, held: Operation, wanted: Operation, state: RunState
) -> None:
    """A code and a message in doubt at once could not be told apart."""
    runs.put(state, held)
    task_id = runs.put(operation=wanted)

    with pytest.raises(IntegrityError):
        runs.claim(task_id)


@pytest.mark.parametrize(("operation", "state"), _FREE)
def test_a_run_that_rests_or_is_over_frees_its_number(
    runs: Runs, operation: Operation, state: RunState
) -> None:
    """Waiting holds no lock; a check in doubt holds none either."""
    runs.put(state, operation)
    task_id = runs.put(operation=operation)

    claimed = runs.claim(task_id)

    assert claimed is not None
    assert claimed.state is RunState.CALLING


@pytest.mark.parametrize("operation", Operation)
def test_other_numbers_and_the_other_operation_are_free(runs: Runs, operation: Operation) -> None:
    """A hanging start keeps no check from being asked, and the other way round."""
    runs.put(RunState.CALLING, operation)
    other = next(another for another in Operation if another.is_sending is not operation.is_sending)
    task_ids = [
        runs.put(operation=other),
        runs.put(operation=operation, phone_fingerprint="k1:another number"),
        runs.put(operation=operation, phone_fingerprint=None),
        runs.put(operation=operation, phone_fingerprint=None),
    ]

    claimed = [runs.claim(task_id) for task_id in task_ids]

    assert all(row is not None and row.state is RunState.CALLING for row in claimed)


def test_two_doubtful_checks_are_settled_one_after_the_other(runs: Runs) -> None:
    """Resting in doubt is shared; settling is not."""
    first, second = (runs.put(RunState.AMBIGUOUS, Operation.CHECK) for _ in range(2))
    runs.claim(first)

    with pytest.raises(IntegrityError):
        runs.claim(second)

    assert runs.read(second).state is RunState.AMBIGUOUS


@pytest.mark.parametrize("state", RESTING)
def test_a_clash_leaves_the_run_waiting_for_its_turn(runs: Runs, services: Services, state: RunState) -> None:
    """The state stays; the row says when to come back, and the sweeper comes three seconds later."""
    runs.put(RunState.CALLING, Operation.CHECK)
    task_id = runs.put(state, Operation.CHECK)

    turn = claim(services, Operation.CHECK, task_id)

    row = runs.read(task_id)
    assert isinstance(turn, Turn)
    assert 1.1 <= turn.delay_seconds <= 2
    assert (row.state, row.epoch) == (state, 0)
    assert seconds(row.ring_at, row.not_before) == pytest.approx(3, abs=0.01)


def test_a_start_waits_as_long_as_its_holders_lease(runs: Runs, services: Services) -> None:
    """Coming earlier would be in vain."""
    holder = runs.put(RunState.CALLING, not_before=seconds_from_now(9))
    task_id = runs.put()

    turn = claim(services, Operation.SEND, task_id)

    assert isinstance(turn, Turn)
    assert 2 < turn.delay_seconds <= 9
    waits_longer = seconds(runs.read(task_id).not_before, runs.read(holder).not_before)
    assert waits_longer == pytest.approx(0, abs=0.01)


def test_a_start_waits_two_seconds_at_least(runs: Runs, services: Services) -> None:
    """A lease about to end is no reason to hurry."""
    runs.put(RunState.AMBIGUOUS, not_before=seconds_from_now(-5))
    task_id = runs.put()

    turn = claim(services, Operation.SEND, task_id)

    assert isinstance(turn, Turn)
    assert turn.delay_seconds == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("state", [state for state in RunState if state not in RESTING])
def test_who_holds_a_run_or_has_ended_it_waits_for_no_turn(runs: Runs, state: RunState) -> None:
    """A lease is never moved by a loser."""
    task_id = runs.put(state)
    before = runs.read(task_id)

    changed = runs.do(WAIT_TURN, {"run": task_id, "delay_seconds": 2.0})

    assert changed == 0
    assert runs.read(task_id) == before


def test_a_second_loser_sets_no_second_alarm(runs: Runs, services: Services) -> None:
    """One waits; the others vanish, or alarms would breed."""
    slow = replace(services, figures=Figures().scaled(100))
    runs.put(RunState.CALLING, Operation.CHECK)
    task_id = runs.put(operation=Operation.CHECK)
    first = claim(slow, Operation.CHECK, task_id)

    second = claim(slow, Operation.CHECK, task_id)

    assert isinstance(first, Turn)
    assert second is None


def test_the_turn_comes_when_the_holder_is_done(runs: Runs, services: Services) -> None:
    """Nothing but the holder's own transition frees the number."""
    holder, task_id = runs.put(RunState.CALLING), runs.put()
    claim(services, Operation.SEND, task_id)
    runs.change(holder, state=RunState.DONE)
    runs.change(task_id, not_before=seconds_from_now(-1))

    taken = claim(services, Operation.SEND, task_id)

    assert isinstance(taken, Claim)
    assert taken.state is RunState.CALLING
