"""The record: a run ends under its claim, once; what Twilio definitely said may come late."""

from typing import Any

import pytest
from sqlalchemy import Executable

from models.claims import BEGIN, BEGIN_WAITING, CLAIM, RENEW, RENEW_TO_POST, WAIT_TURN
from models.records import HAND_BACK_AMBIGUOUS, HAND_BACK_WAITING, RECORD, RECORD_UNFENCED
from models.refusals import ADD_REFUSED
from models.sweeps import LAPSE, RING
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState
from tests.integration.statements.rows import (
    LEASED,
    OPEN_STATES,
    RESTING,
    Runs,
    ending,
    public_columns,
    seconds_from_now,
)


@pytest.mark.parametrize("state", LEASED)
def test_the_holder_of_a_claim_ends_the_run(runs: Runs, state: RunState) -> None:
    """The result is stored, the sealed arguments are gone, and nobody rings any more."""
    task_id = runs.put(state, epoch=2)

    ended = runs.do(RECORD, ending(task_id, 2))

    row = runs.read(task_id)
    assert ended == 1
    assert (row.state, row.outcome, row.error_kind) == (RunState.DONE, Outcome.SENT, None)
    assert (row.result, row.provider_sid) == ({"outcome": "sent"}, "VE1")
    assert (row.sealed_arguments, row.ring_at) == (None, None)
    assert row.finished_at.isoformat() == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize("held_epoch", [1, 3])
@pytest.mark.parametrize("state", OPEN_STATES)
def test_another_epoch_ends_nothing(runs: Runs, state: RunState, held_epoch: int) -> None:
    """Who was taken over cannot write, whatever the state is now."""
    task_id = runs.put(state, epoch=2)
    before = runs.read(task_id)

    ended = runs.do(RECORD, ending(task_id, held_epoch))

    assert ended == 0
    assert runs.read(task_id) == before


@pytest.mark.parametrize("state", RESTING)
def test_a_run_that_was_let_go_is_not_ended_by_its_last_holder(runs: Runs, state: RunState) -> None:
    """The epoch alone is no claim."""
    task_id = runs.put(state, epoch=2)

    ended = runs.do(RECORD, ending(task_id, 2))

    assert ended == 0
    assert runs.read(task_id).state is state


@pytest.mark.parametrize("state", OPEN_STATES)
def test_late_truth_ends_any_open_run(runs: Runs, state: RunState) -> None:
    """A definite success is true under any epoch."""
    task_id = runs.put(state, epoch=5)

    ended = runs.do(RECORD_UNFENCED, ending(task_id, 1))

    assert ended == 1
    assert runs.read(task_id).state is RunState.DONE
    assert runs.read(task_id).result == {"outcome": "sent"}


_ANY: dict[str, object] = {
    **ending("", 1, outcome=Outcome.FAILED, error_kind=ErrorKind.INTERNAL_ERROR, result={"other": 1}),
    **public_columns(),
    "why": ErrorKind.PROVIDER_UNAVAILABLE,
    "delay_seconds": 0.0,
    "next_state": RunState.CALLING,
    "as_operation": Operation.SEND,
    "limit": 200,
    "step_seconds": 5.0,
}
_STATEMENTS: dict[str, Any] = {
    "claim": CLAIM,
    "begin": BEGIN,
    "begin_waiting": BEGIN_WAITING,
    "wait_turn": WAIT_TURN,
    "renew": RENEW,
    "renew_to_post": RENEW_TO_POST,
    "record": RECORD,
    "record_unfenced": RECORD_UNFENCED,
    "hand_back_waiting": HAND_BACK_WAITING,
    "hand_back_ambiguous": HAND_BACK_AMBIGUOUS,
    "lapse": LAPSE,
    "ring": RING,
    "add_refused": ADD_REFUSED,
}


@pytest.mark.parametrize("mine", LEASED)
@pytest.mark.parametrize("name", _STATEMENTS)
def test_no_statement_changes_a_run_that_is_over(runs: Runs, name: str, mine: RunState) -> None:
    """The result is frozen, even for who knows the last epoch and although every stamp is due."""
    task_id = runs.put(epoch=1, not_before=seconds_from_now(-9), ring_at=seconds_from_now(-9))
    runs.do(RECORD_UNFENCED, ending(task_id, 1))
    runs.change(task_id, ring_at=seconds_from_now(-9))
    before = runs.read(task_id)
    statement = _STATEMENTS[name]
    chosen: Executable = statement[runs.database.dialect] if isinstance(statement, dict) else statement

    runs.do(chosen, {**_ANY, "run": task_id, "task_id": task_id, "mine": mine})

    assert runs.read(task_id) == before
