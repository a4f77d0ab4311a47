"""Defaults: a row written in another language with only the public columns is a run like any other."""

from datetime import datetime
from typing import cast

import pytest
from sqlalchemy import select, text, type_coerce
from sqlalchemy.exc import IntegrityError

from phone_verification.database_clock import Instant, clock_now
from phone_verification.kinds import RunState
from tests.integration.statements.rows import LEASE_SECONDS, Runs, seconds

_IN_TWO_MINUTES = {
    "postgresql": "clock_timestamp() + interval '120 seconds'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now', '120 seconds')",
}
_INSERT = """
    INSERT INTO task_runs (task_id, operation, arguments_fingerprint, sealed_arguments, deadline_at)
    VALUES ('from-another-language', '{operation}', 'k1:arguments', 'sealed', {deadline})
"""


def _insert(runs: Runs, operation: str = "send", deadline: str | None = None) -> None:
    when = _IN_TWO_MINUTES[runs.database.dialect] if deadline is None else deadline
    runs.do(text(_INSERT.format(operation=operation, deadline=when)))


def test_a_row_of_public_columns_is_an_accepted_run(runs: Runs) -> None:
    """What the caller leaves out is counted from zero."""
    _insert(runs)

    row = runs.read("from-another-language")
    assert row.state is RunState.ACCEPTED
    assert (row.version, row.epoch, row.posts, row.publishes) == (1, 0, 0, 0)
    assert row.wants_result is False
    assert (row.first_begun_at, row.last_begun_at, row.finished_at, row.result) == (None, None, None, None)


def test_the_sweeper_comes_two_seconds_after_an_insert(runs: Runs) -> None:
    """The stamps are the database's own, close to each other."""
    before = runs.clock()

    _insert(runs)

    row = runs.read("from-another-language")
    assert seconds(row.ring_at, row.created_at) == pytest.approx(2, abs=0.1)
    assert seconds(row.not_before, row.created_at) == pytest.approx(0, abs=0.1)
    assert before <= row.created_at <= runs.clock()


def test_a_row_of_public_columns_can_be_claimed_at_once(runs: Runs) -> None:
    """Nothing more than the insert is needed before a worker may call."""
    _insert(runs)

    claimed = runs.claim("from-another-language")

    assert claimed is not None
    assert (claimed.state, claimed.epoch, claimed.posts) == (RunState.CALLING, 1, 1)
    assert claimed.sealed_arguments == "sealed"
    assert claimed.left_seconds > LEASE_SECONDS


def test_a_default_is_the_moment_of_the_insert_not_of_the_callers_transaction(runs: Runs) -> None:
    """A caller's own transaction may be old when it writes the row."""
    with runs.together():
        began = runs.clock()
        while _moment(runs) <= began:
            pass
        _insert(runs)
        row = runs.read("from-another-language")

    assert row.created_at > began
    assert row.not_before > began


@pytest.mark.parametrize(("operation", "deadline"), [("delete", None), ("send", "NULL")])
def test_a_row_that_is_no_run_is_refused(runs: Runs, operation: str, deadline: str | None) -> None:
    """An unknown operation, or no deadline, never enters the table."""
    with pytest.raises(IntegrityError):
        _insert(runs, operation, deadline)


def _moment(runs: Runs) -> datetime:
    row = runs.row(select(type_coerce(clock_now(), Instant())))
    assert row is not None
    return cast("datetime", row[0])
