"""The open door: one statement accepts a message and claims it, whatever else holds the number."""

import time

import pytest
from sqlalchemy.exc import IntegrityError

from models.claims import BEGIN_WAITING
from phone_verification.arguments import SendArguments
from phone_verification.kinds import Operation, RunState
from tasks.claim import Claim, Turn, begin
from tasks.services import Services
from tests.integration.statements.rows import (
    LEASE_SECONDS,
    NUMBER,
    TAIL_SECONDS,
    Runs,
    public_columns,
    seconds,
)

_NUMBER = "010-1234-5678"


def _row(services: Services, task_id: str) -> dict[str, object]:
    return services.acceptance.row(Operation.SEND, task_id, SendArguments(phone_number=_NUMBER))


def test_a_message_is_accepted_and_claimed_at_once(runs: Runs) -> None:
    """One round trip leaves a run that says: a POST may leave."""
    values = public_columns()

    begun = runs.begin(values)

    row = runs.read(values["task_id"])
    assert begun is not None
    assert (row.state, row.epoch, row.posts) == (RunState.CALLING, 1, 1)
    assert row.first_begun_at == row.last_begun_at == begun.claimed_at
    assert seconds(row.not_before, begun.claimed_at) == pytest.approx(LEASE_SECONDS, abs=0.01)
    assert row.ring_at == row.not_before
    assert begun.left_seconds == pytest.approx(120, abs=0.01)


def test_the_same_message_again_begins_nothing(runs: Runs) -> None:
    """A redelivery meets the row of the first and leaves it as it is."""
    values = public_columns()
    runs.begin(values)
    before = runs.read(values["task_id"])

    again = runs.begin(values)

    assert again is None
    assert runs.read(values["task_id"]) == before


@pytest.mark.parametrize(
    ("operation", "state"),
    [
        (Operation.SEND, RunState.CALLING),
        (Operation.SEND, RunState.AMBIGUOUS),
        (Operation.SEND, RunState.SETTLING),
        (Operation.CHECK, RunState.CALLING),
        (Operation.CHECK, RunState.SETTLING),
    ],
)
def test_a_busy_number_is_an_error_not_a_lost_run(runs: Runs, operation: Operation, state: RunState) -> None:
    """A clash on a lock must not look like an id that is taken."""
    runs.put(state, operation)

    with pytest.raises(IntegrityError):
        runs.begin(public_columns(operation))


def test_a_message_whose_number_is_busy_is_kept_waiting(runs: Runs) -> None:
    """It is accepted without a claim: nothing was posted and nothing begun."""
    runs.put(RunState.CALLING)
    values = public_columns(delay_seconds=1.5)

    stored = runs.begin(values, BEGIN_WAITING)

    row = runs.read(values["task_id"])
    assert stored is not None
    assert (row.state, row.epoch, row.posts) == (RunState.WAITING, 0, 0)
    assert (row.first_begun_at, row.last_begun_at) == (None, None)
    assert seconds(row.not_before, stored.claimed_at) == pytest.approx(1.5, abs=0.01)
    assert seconds(row.ring_at, row.not_before) == pytest.approx(3, abs=0.01)


def test_keeping_the_same_message_waiting_twice_changes_nothing(runs: Runs) -> None:
    """Of two deliveries that both found the number busy, one stores the run."""
    values = public_columns(delay_seconds=1.5)
    runs.begin(values, BEGIN_WAITING)
    before = runs.read(values["task_id"])

    again = runs.begin(values, BEGIN_WAITING)

    assert again is None
    assert runs.read(values["task_id"]) == before


def test_a_waiting_message_is_claimed_when_its_turn_comes(runs: Runs) -> None:
    """What waited unbegun starts as if it were new."""
    values = public_columns(delay_seconds=0.5)
    runs.begin(values, BEGIN_WAITING)

    claimed = runs.claim(values["task_id"])

    row = runs.read(values["task_id"])
    assert claimed is not None
    assert (row.state, row.epoch, row.posts) == (RunState.CALLING, 1, 1)
    assert row.first_begun_at == claimed.claimed_at


@pytest.mark.parametrize(
    ("asked_ago", "left"),
    [(100, 20), (0, 120), (-30, 150), (-60, 180), (-3600, 180), (-8_000_000_000, 180)],
)
def test_the_deadline_counts_from_the_asking_but_not_from_a_far_future(
    runs: Runs, services: Services, asked_ago: float, left: float
) -> None:
    """A message that lay in the broker has less time; a caller's fast clock gains a minute at most."""
    row = _row(services, "asked-at-some-time")

    taken = begin(services, Operation.SEND, row, time.time() - asked_ago)

    stored = runs.read("asked-at-some-time")
    assert isinstance(taken, Claim)
    assert taken.left_at_claim_seconds == pytest.approx(left, abs=5)
    assert seconds(stored.deadline_at, taken.claimed_at) == pytest.approx(left, abs=5)


@pytest.mark.parametrize("requested_at", [None, 1e300])
def test_an_asking_at_no_time_counts_from_now(
    runs: Runs, services: Services, requested_at: float | None
) -> None:
    """What no calendar holds is as good as not given."""
    row = _row(services, "asked-at-no-time")

    taken = begin(services, Operation.SEND, row, requested_at)

    assert isinstance(taken, Claim)
    assert taken.left_at_claim_seconds == pytest.approx(120, abs=0.01)


def test_the_lease_of_an_old_message_ends_soon_after_its_deadline(runs: Runs, services: Services) -> None:
    """Two seconds are left: the lease is they and the tail."""
    row = _row(services, "asked-long-ago")

    taken = begin(services, Operation.SEND, row, time.time() - 118)

    stored = runs.read("asked-long-ago")
    assert isinstance(taken, Claim)
    assert seconds(stored.not_before, stored.deadline_at) == pytest.approx(TAIL_SECONDS, abs=0.01)
    assert taken.lease_seconds == pytest.approx(seconds(stored.not_before, taken.claimed_at), abs=0.01)
    assert taken.lease_seconds < LEASE_SECONDS


def test_a_message_older_than_its_deadline_leaves_no_time_to_write(runs: Runs, services: Services) -> None:
    """It is accepted, so that it ends; nobody is asked for it."""
    row = _row(services, "asked-yesterday")

    taken = begin(services, Operation.SEND, row, time.time() - 86_400)

    assert isinstance(taken, Claim)
    assert taken.left_seconds() < 0
    assert not taken.may_write(0.001)


def test_beginning_on_a_busy_number_is_a_turn_to_wait_for(runs: Runs, services: Services) -> None:
    """The task sets one alarm, and the row says the same."""
    holder = _row(services, "the-holder-of-it")
    begin(services, Operation.SEND, holder, None)

    turn = begin(services, Operation.SEND, _row(services, "the-one-who-waits"), None)

    stored = runs.read("the-one-who-waits")
    assert isinstance(turn, Turn)
    assert stored.state is RunState.WAITING
    assert seconds(stored.ring_at, stored.not_before) == pytest.approx(3, abs=0.01)
    assert 1.1 <= turn.delay_seconds <= 2
    assert stored.phone_fingerprint == runs.read("the-holder-of-it").phone_fingerprint != NUMBER


def test_beginning_an_id_that_is_taken_is_nobodys(runs: Runs, services: Services) -> None:
    """Even while its own number is held by the first delivery."""
    row = _row(services, "delivered-twice")
    begin(services, Operation.SEND, row, None)

    again = begin(services, Operation.SEND, row, None)

    assert again is None
    assert runs.read("delivered-twice").epoch == 1
