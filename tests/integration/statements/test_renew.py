"""Renewal: holding on to a claim before a further call, and saying that one more POST may leave."""

import pytest

from models.claims import RENEW, RENEW_TO_POST
from phone_verification.kinds import RunState
from tests.integration.statements.rows import (
    LEASE,
    LEASE_SECONDS,
    LEASED,
    TAIL_SECONDS,
    Runs,
    seconds,
    seconds_from_now,
)


def _hold(task_id: str, epoch: int, mine: RunState) -> dict[str, object]:
    return {"run": task_id, "held_epoch": epoch, "mine": mine, **LEASE}


@pytest.mark.parametrize("state", LEASED)
def test_a_holder_extends_its_lease(runs: Runs, state: RunState) -> None:
    """The lease counts from now again; nothing else changes."""
    task_id = runs.put(state, epoch=3, not_before=seconds_from_now(1))
    before = runs.clock()

    renewed = runs.do(RENEW, _hold(task_id, 3, state))

    row = runs.read(task_id)
    assert renewed == 1
    assert seconds(row.not_before, before) >= LEASE_SECONDS - 0.01
    assert seconds(row.not_before, runs.clock()) <= LEASE_SECONDS + 0.01
    assert row.ring_at == row.not_before
    assert (row.state, row.epoch, row.posts) == (state, 3, 1)


def test_a_renewed_lease_too_ends_soon_after_the_deadline(runs: Runs) -> None:
    """Calls after calls do not delay the final answer."""
    task_id = runs.put(RunState.SETTLING, epoch=1, deadline_at=seconds_from_now(2))

    runs.do(RENEW, _hold(task_id, 1, RunState.SETTLING))

    row = runs.read(task_id)
    assert seconds(row.not_before, row.deadline_at) == pytest.approx(TAIL_SECONDS, abs=0.01)


@pytest.mark.parametrize("statement", [RENEW, RENEW_TO_POST], ids=["renew", "renew_to_post"])
@pytest.mark.parametrize(
    ("state", "epoch", "mine"),
    [
        (RunState.CALLING, 2, RunState.CALLING),
        (RunState.AMBIGUOUS, 1, RunState.CALLING),
        (RunState.SETTLING, 1, RunState.CALLING),
        (RunState.WAITING, 1, RunState.CALLING),
        (RunState.DONE, 1, RunState.SETTLING),
    ],
)
def test_who_lost_the_claim_cannot_hold_on(
    runs: Runs, statement: object, state: RunState, epoch: int, mine: RunState
) -> None:
    """Another epoch, or another state, stops the call."""
    task_id = runs.put(state, epoch=epoch)
    before = runs.read(task_id)

    renewed = runs.do(statement, {**_hold(task_id, 1, mine), "next_state": RunState.CALLING})  # type: ignore[arg-type]

    assert renewed == 0
    assert runs.read(task_id) == before


@pytest.mark.parametrize("next_state", LEASED)
def test_a_post_that_follows_doubt_is_counted_before_it_leaves(runs: Runs, next_state: RunState) -> None:
    """The quiet period counts from it, evidence still from the first."""
    long_ago = seconds_from_now(-50)
    task_id = runs.put(RunState.SETTLING, epoch=2, first_begun_at=long_ago, last_begun_at=long_ago)

    renewed = runs.do(RENEW_TO_POST, {**_hold(task_id, 2, RunState.SETTLING), "next_state": next_state})

    row = runs.read(task_id)
    assert renewed == 1
    assert (row.state, row.epoch, row.posts) == (next_state, 2, 2)
    assert seconds(row.last_begun_at, row.first_begun_at) >= 50
    assert seconds(row.not_before, row.last_begun_at) == pytest.approx(LEASE_SECONDS, abs=0.01)
