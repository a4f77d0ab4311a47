"""The claim: who may take a run, when, and what it writes before anybody is asked."""

import pytest

from models.claims import CLAIM
from phone_verification.kinds import Operation, RunState
from tasks.claim import Claim, claim
from tasks.services import Services
from tests.integration.statements.rows import (
    LEASE_SECONDS,
    LEASED,
    TAIL_SECONDS,
    Runs,
    seconds,
    seconds_from_now,
)

_UNTRIED = (RunState.ACCEPTED, RunState.WAITING)


@pytest.mark.parametrize("state", _UNTRIED)
def test_claiming_an_untried_run_says_that_a_post_may_leave(runs: Runs, state: RunState) -> None:
    """Epoch and posts are counted up, and both stamps are set, before the call."""
    task_id = runs.put(state, epoch=4)

    claimed = runs.claim(task_id)

    row = runs.read(task_id)
    assert claimed is not None
    assert (claimed.state, claimed.epoch, claimed.posts) == (RunState.CALLING, 5, 1)
    assert (row.state, row.epoch, row.posts) == (RunState.CALLING, 5, 1)
    assert row.first_begun_at == row.last_begun_at == claimed.claimed_at


def test_claiming_a_run_again_keeps_its_first_stamp(runs: Runs) -> None:
    """Evidence is sought from the first POST on, quiet is counted from the last."""
    long_ago = seconds_from_now(-50)
    task_id = runs.put(RunState.WAITING, posts=1, first_begun_at=long_ago, last_begun_at=long_ago)

    claimed = runs.claim(task_id)

    row = runs.read(task_id)
    assert claimed is not None
    assert claimed.posts == 2
    assert seconds(row.last_begun_at, row.first_begun_at) >= 50
    assert claimed.since_last_seconds == pytest.approx(0, abs=0.01)


def test_claiming_a_run_in_doubt_settles_it_without_a_post(runs: Runs) -> None:
    """Doubt leads to `settling`: nothing is counted as sent."""
    long_ago = seconds_from_now(-20)
    task_id = runs.put(RunState.AMBIGUOUS, epoch=2, first_begun_at=long_ago, last_begun_at=long_ago)
    before = runs.read(task_id)

    claimed = runs.claim(task_id)

    assert claimed is not None
    assert (claimed.state, claimed.epoch, claimed.posts) == (RunState.SETTLING, 3, 1)
    assert runs.read(task_id).last_begun_at == before.last_begun_at
    assert claimed.since_last_seconds >= 20


@pytest.mark.parametrize(
    ("state", "opens_in", "is_claimable"),
    [
        (RunState.ACCEPTED, 0.9, False),
        (RunState.WAITING, 0.9, True),
        (RunState.AMBIGUOUS, 0.9, True),
        (RunState.WAITING, 1.5, False),
        (RunState.AMBIGUOUS, 1.5, False),
        (RunState.CALLING, 0.9, False),
        (RunState.SETTLING, 0.9, False),
    ],
)
def test_an_alarm_may_ring_a_second_early_but_a_lease_holds(
    runs: Runs,
    state: RunState,
    opens_in: float,
    is_claimable: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    """Only who waits may be taken early, and never by more than a second."""
    with runs.together():
        task_id = runs.put(state, not_before=seconds_from_now(opens_in))
        claimed = runs.claim(task_id)

    assert (claimed is not None) is is_claimable


@pytest.mark.parametrize("state", LEASED)
def test_a_lapsed_lease_is_taken_over_as_doubt(runs: Runs, state: RunState) -> None:
    """Nobody knows whether the holder's POST left: its heir settles."""
    task_id = runs.put(state, epoch=1, not_before=seconds_from_now(-1))

    claimed = runs.claim(task_id)

    assert claimed is not None
    assert (claimed.state, claimed.epoch, claimed.posts) == (RunState.SETTLING, 2, 1)


@pytest.mark.parametrize("state", [RunState.ACCEPTED, RunState.WAITING, RunState.AMBIGUOUS])
def test_nobody_asks_after_the_deadline(runs: Runs, state: RunState) -> None:
    """The person has stopped waiting: the run is the sweeper's."""
    task_id = runs.put(state, deadline_at=seconds_from_now(-0.01))

    claimed = runs.claim(task_id)

    assert claimed is None
    assert runs.read(task_id).state is state


def test_a_run_is_claimed_once(runs: Runs) -> None:
    """A second delivery of the same message finds it taken."""
    task_id = runs.put()
    runs.claim(task_id)

    again = runs.claim(task_id)

    assert again is None
    assert runs.read(task_id).epoch == 1


def test_an_unknown_id_is_nobodys(runs: Runs) -> None:
    """A message without a row claims nothing."""
    assert runs.claim("never-accepted") is None


def test_a_run_is_claimed_as_what_it_is(runs: Runs) -> None:
    """A message under the other task's name takes nothing."""
    task_id = runs.put(operation=Operation.CHECK)
    names = {"run": task_id, "as_operation": Operation.SEND, "lease_seconds": 5.0, "tail_seconds": 5.0}

    assert runs.row(CLAIM, names) is None


def test_a_lease_is_as_long_as_was_asked(runs: Runs) -> None:
    """The sweeper is called when the lease is over, not before."""
    task_id = runs.put()

    claimed = runs.claim(task_id)

    row = runs.read(task_id)
    assert claimed is not None
    assert seconds(row.not_before, claimed.claimed_at) == pytest.approx(LEASE_SECONDS, abs=0.01)
    assert row.ring_at == row.not_before


def test_a_lease_ends_soon_after_the_deadline(runs: Runs) -> None:
    """A killed worker must not delay the final answer."""
    task_id = runs.put(deadline_at=seconds_from_now(5))

    runs.claim(task_id)

    row = runs.read(task_id)
    assert seconds(row.not_before, row.deadline_at) == pytest.approx(TAIL_SECONDS, abs=0.01)


@pytest.mark.parametrize("operation", Operation)
def test_a_claim_knows_its_lease_and_its_time_left(
    runs: Runs, services: Services, operation: Operation
) -> None:
    """What the worker counts down is what the database granted."""
    task_id = runs.put(operation=operation, deadline_at=seconds_from_now(0.5))

    taken = claim(services, operation, task_id)

    row = runs.read(task_id)
    assert isinstance(taken, Claim)
    assert taken.lease_seconds == pytest.approx(seconds(row.not_before, taken.claimed_at), abs=0.01)
    assert taken.left_at_claim_seconds == pytest.approx(seconds(row.deadline_at, taken.claimed_at), abs=0.01)
    assert taken.lease_seconds < services.figures.lease_seconds(operation)


def test_a_claim_shows_what_the_run_was_accepted_with(runs: Runs) -> None:
    """The worker needs no second statement."""
    task_id = runs.put(operation=Operation.CHECK, code_hmac="k1:code", verification_id="a-send", country="KR")

    claimed = runs.claim(task_id)

    names = ("sealed_arguments", "wants_result", "phone_fingerprint", "phone_masked", "code_hmac")
    row = runs.read(task_id)
    assert claimed is not None
    assert [getattr(claimed, name) for name in names] == [getattr(row, name) for name in names]
    assert (claimed.country, claimed.verification_id) == ("KR", "a-send")


def test_claiming_leaves_other_runs_alone(runs: Runs) -> None:
    """Only the named run is touched."""
    task_id, other = runs.put(), runs.put()
    before = runs.read(other)

    runs.claim(task_id)

    assert runs.read(other) == before
