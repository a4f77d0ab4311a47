"""The hand-back: a run goes on later, and what may have left is never forgotten."""

import pytest
from sqlalchemy import Update

from models.records import HAND_BACK_AMBIGUOUS, HAND_BACK_WAITING
from phone_verification.kinds import ErrorKind, RunState
from tests.integration.statements.rows import A_MILLISECOND, LEASED, Runs, seconds, seconds_from_now

_BOTH = pytest.mark.parametrize(
    "statement", [HAND_BACK_WAITING, HAND_BACK_AMBIGUOUS], ids=["waiting", "ambiguous"]
)


def _let_go(task_id: str, epoch: int, mine: RunState, delay_seconds: float = 4.0) -> dict[str, object]:
    return {
        "run": task_id,
        "held_epoch": epoch,
        "mine": mine,
        "why": ErrorKind.PROVIDER_UNAVAILABLE,
        "provider_code": 20429,
        "delay_seconds": delay_seconds,
    }


def test_a_post_that_did_not_leave_is_no_post(runs: Runs) -> None:
    """When it was the only one, the run is as if it had never begun."""
    task_id = runs.put()
    runs.claim(task_id)

    handed_back = runs.do(HAND_BACK_WAITING, _let_go(task_id, 1, RunState.CALLING))

    row = runs.read(task_id)
    assert handed_back == 1
    assert (row.state, row.epoch, row.posts, row.first_begun_at) == (RunState.WAITING, 1, 0, None)


def test_an_earlier_post_stays_counted(runs: Runs) -> None:
    """Only the POST of this claim is given back, and evidence still counts from the first."""
    task_id = runs.put(RunState.CALLING, epoch=3, posts=2, first_begun_at=seconds_from_now(-50))
    before = runs.read(task_id)

    runs.do(HAND_BACK_WAITING, _let_go(task_id, 3, RunState.CALLING))

    row = runs.read(task_id)
    assert row.posts == 1
    assert row.first_begun_at == before.first_begun_at


@pytest.mark.parametrize("state", LEASED)
def test_a_post_that_may_have_left_stays_counted(runs: Runs, state: RunState) -> None:
    """Doubt keeps the POST and both its stamps."""
    task_id = runs.put(state, epoch=1)
    before = runs.read(task_id)

    handed_back = runs.do(HAND_BACK_AMBIGUOUS, _let_go(task_id, 1, state))

    row = runs.read(task_id)
    assert handed_back == 1
    assert (row.state, row.epoch, row.posts) == (RunState.AMBIGUOUS, 1, 1)
    assert (row.first_begun_at, row.last_begun_at) == (before.first_begun_at, before.last_begun_at)


def test_a_repetition_that_did_not_leave_is_given_back(runs: Runs) -> None:
    """The doubt stays, and the request may be made another time."""
    task_id = runs.put(RunState.SETTLING, epoch=2, posts=2)

    runs.do(HAND_BACK_AMBIGUOUS, {**_let_go(task_id, 2, RunState.SETTLING), "unsent_posts": 1})

    row = runs.read(task_id)
    assert (row.state, row.posts) == (RunState.AMBIGUOUS, 1)


@_BOTH
def test_a_run_let_go_says_why_and_when(runs: Runs, statement: Update) -> None:
    """The sweeper comes three seconds after the alarm that was set."""
    task_id = runs.put(RunState.CALLING, epoch=1)
    before = runs.clock()

    runs.do(statement, _let_go(task_id, 1, RunState.CALLING))

    row = runs.read(task_id)
    assert (row.error_kind, row.provider_code) == (ErrorKind.PROVIDER_UNAVAILABLE, 20429)
    assert seconds(row.not_before, before - A_MILLISECOND) >= 4
    assert seconds(row.not_before, runs.clock() + A_MILLISECOND) <= 4
    assert seconds(row.ring_at, row.not_before) == pytest.approx(3, abs=0.01)
    assert row.sealed_arguments == "sealed"


@_BOTH
@pytest.mark.parametrize(
    ("state", "epoch"),
    [
        (RunState.CALLING, 2),
        (RunState.AMBIGUOUS, 1),
        (RunState.WAITING, 1),
        (RunState.SETTLING, 1),
        (RunState.DONE, 1),
    ],
)
def test_who_lost_the_claim_lets_nothing_go(
    runs: Runs, statement: Update, state: RunState, epoch: int
) -> None:
    """Another epoch, or another state, leaves the row to its holder."""
    task_id = runs.put(state, epoch=epoch)
    before = runs.read(task_id)

    handed_back = runs.do(statement, _let_go(task_id, 1, RunState.CALLING))

    assert handed_back == 0
    assert runs.read(task_id) == before


def test_no_way_leads_from_doubt_back_to_waiting(runs: Runs) -> None:
    """A settling run's answer is about a probe, never about the POST, whatever its holder says."""
    task_id = runs.put(RunState.SETTLING, epoch=2)

    handed_back = runs.do(HAND_BACK_WAITING, _let_go(task_id, 2, RunState.SETTLING))

    row = runs.read(task_id)
    assert handed_back == 0
    assert (row.state, row.posts) == (RunState.SETTLING, 1)


@_BOTH
def test_a_run_handed_back_is_claimed_again_as_what_it_is(runs: Runs, statement: Update) -> None:
    """Waiting is called again; doubt is settled."""
    task_id = runs.put(RunState.CALLING, epoch=1)
    runs.do(statement, _let_go(task_id, 1, RunState.CALLING, delay_seconds=0.0))

    claimed = runs.claim(task_id)

    expected = RunState.CALLING if statement is HAND_BACK_WAITING else RunState.SETTLING
    assert claimed is not None
    assert (claimed.state, claimed.epoch, claimed.posts) == (expected, 2, 1)
