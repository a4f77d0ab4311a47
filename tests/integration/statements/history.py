"""What really happened to each run: every change, written down by a trigger in the order it took hold.

Lives here: the trigger and the rules that a history is held against. The rules know the drawing of the
states, not the statements.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text

from models.database import Database
from phone_verification.kinds import Operation, RunState

_TRACE: Final = """
CREATE TABLE changes (
    seq bigserial PRIMARY KEY, task_id text, operation text, number text, was text, state text,
    epochs integer, posts integer, asked_at timestamptz, at timestamptz, deadline_at timestamptz,
    born_at timestamptz, held_until timestamptz, not_before timestamptz
);
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (task_id, operation, number, was, state, epochs, posts, asked_at, at, deadline_at,
                         born_at, held_until, not_before)
    VALUES (NEW.task_id, NEW.operation, NEW.phone_fingerprint, OLD.state, NEW.state,
            NEW.epoch - coalesce(OLD.epoch, 0), NEW.posts, now(), clock_timestamp(), NEW.deadline_at,
            NEW.created_at, OLD.not_before, NEW.not_before);
    RETURN NULL;
END $$;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON task_runs
    FOR EACH ROW EXECUTE FUNCTION note_change();
"""
_CHANGES: Final = text(
    "SELECT task_id, operation, number, was, state, epochs, posts, asked_at, at, deadline_at, born_at,"
    " held_until, not_before FROM changes ORDER BY seq"
)

_HELD: Final = {
    Operation.SEND: {RunState.CALLING, RunState.AMBIGUOUS, RunState.SETTLING},
    Operation.MESSAGE: {RunState.CALLING, RunState.AMBIGUOUS, RunState.SETTLING},
    Operation.CHECK: {RunState.CALLING, RunState.SETTLING},
}
_DOUBT: Final = {RunState.AMBIGUOUS, RunState.SETTLING}
_LEASED: Final = {RunState.CALLING, RunState.SETTLING}
# From state to state, and by how much the epoch grew.
_LEGAL: Final = {
    (None, RunState.ACCEPTED, 0),
    (None, RunState.WAITING, 0),
    (None, RunState.CALLING, 1),
    (RunState.ACCEPTED, RunState.ACCEPTED, 0),
    (RunState.ACCEPTED, RunState.CALLING, 1),
    (RunState.ACCEPTED, RunState.DONE, 0),
    (RunState.WAITING, RunState.WAITING, 0),
    (RunState.WAITING, RunState.CALLING, 1),
    (RunState.WAITING, RunState.DONE, 0),
    (RunState.CALLING, RunState.WAITING, 0),
    (RunState.CALLING, RunState.AMBIGUOUS, 0),
    (RunState.CALLING, RunState.AMBIGUOUS, 1),
    (RunState.CALLING, RunState.SETTLING, 1),
    (RunState.CALLING, RunState.DONE, 0),
    (RunState.AMBIGUOUS, RunState.AMBIGUOUS, 0),
    (RunState.AMBIGUOUS, RunState.SETTLING, 1),
    (RunState.AMBIGUOUS, RunState.DONE, 0),
    (RunState.SETTLING, RunState.AMBIGUOUS, 0),
    (RunState.SETTLING, RunState.AMBIGUOUS, 1),
    (RunState.SETTLING, RunState.SETTLING, 1),
    (RunState.SETTLING, RunState.DONE, 0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row written: what it was and what it became."""

    task_id: str
    operation: Operation
    number: str
    was: RunState | None
    state: RunState
    epochs: int
    posts: int
    asked_at: datetime
    at: datetime
    deadline_at: datetime
    born_at: datetime
    held_until: datetime | None
    not_before: datetime

    @property
    def is_claim(self) -> bool:
        """Whether somebody took the run."""
        return self.state in _LEASED and self.epochs == 1

    @property
    def is_lapse(self) -> bool:
        """Whether a lease ran out."""
        return self.was in _LEASED and self.state is RunState.AMBIGUOUS and self.epochs == 1


def start_tracing(database: Database) -> None:
    """Note every change of a run from now on."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(_TRACE)


def read_changes(database: Database) -> list[Change]:
    """Read what was noted, in order."""
    with database.transaction() as connection:
        return [
            Change(
                **{
                    **row._mapping,  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
                    "operation": Operation(row.operation),
                    "was": row.was and RunState(row.was),
                    "state": RunState(row.state),
                }
            )
            for row in connection.execute(_CHANGES)
        ]


def by_run(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Sort a history by its runs."""
    runs: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        runs[change.task_id].append(change)
    return runs


def illegal_steps(changes: Iterable[Change]) -> list[Change]:
    """Changes that the drawing of the states does not have; a done run has none at all."""
    return [
        change
        for change in changes
        if (change.was, change.state, change.epochs) not in _LEGAL or change.posts < 0
    ]


def forgotten_doubts(changes: Iterable[Change]) -> list[str]:
    """Runs that were in doubt and later were not, without being over."""
    forgotten = []
    for task_id, steps in by_run(changes).items():
        states = [step.state for step in steps]
        first = next((n for n, state in enumerate(states) if state in _DOUBT), len(states))
        if set(states[first:]) - _DOUBT - {RunState.DONE}:
            forgotten.append(task_id)
    return forgotten


def shared_numbers(changes: Iterable[Change]) -> list[tuple[str, ...]]:
    """Runs of one number that were held at the same time."""
    holders: dict[tuple[bool, str], set[str]] = defaultdict(set)
    clashes = []
    for change in changes:
        mine = holders[change.operation.is_sending, change.number]
        if change.state in _HELD[change.operation]:
            mine.add(change.task_id)
        else:
            mine.discard(change.task_id)
        if len(mine) > 1:
            clashes.append(tuple(sorted(mine)))
    return clashes


def robbed_holders(changes: Iterable[Change]) -> list[Change]:
    """Leases that were taken away while they lived."""
    return [
        change
        for change in changes
        if change.was in _LEASED
        and change.epochs == 1
        and (change.held_until is None or change.held_until > change.asked_at)
    ]


def late_claims(changes: Iterable[Change]) -> list[Change]:
    """Runs that were taken although their person had stopped waiting."""
    return [change for change in changes if change.is_claim and change.asked_at >= change.deadline_at]


def longest_tail(changes: Iterable[Change]) -> float:
    """Return by how many seconds a lease outlived its deadline at most."""
    return max(
        (change.not_before - change.deadline_at).total_seconds() for change in changes if change.is_claim
    )


def ended_while_held(changes: Iterable[Change]) -> set[str]:
    """Runs that ended under a claim: only who held it can have done that."""
    return {change.task_id for change in changes if change.state is RunState.DONE and change.was in _LEASED}


def latest_end(changes: Iterable[Change]) -> float:
    """Return by how many seconds the latest run ended after its deadline."""
    return max(
        (change.at - change.deadline_at).total_seconds()
        for change in changes
        if change.state is RunState.DONE
    )
