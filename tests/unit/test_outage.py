"""A database that is away while an answer of Twilio's is in hand."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError

from phone_verification.kinds import Operation, RunState
from tasks.claim import Claim
from tasks.outage import patiently


def a_claim(lease_seconds: float) -> Claim:
    """A claim taken just now."""
    return Claim(
        task_id="a-task-id",
        operation=Operation.SEND,
        epoch=1,
        state=RunState.CALLING,
        sealed_arguments=None,
        wants_result=False,
        phone_fingerprint=None,
        phone_masked=None,
        country=None,
        code_hmac=None,
        verification_id=None,
        service=None,
        waited_for=None,
        posts=1,
        since_accepted_at_claim_seconds=0,
        since_first_begun_at_claim_seconds=0,
        since_last_begun_at_claim_seconds=0,
        claimed_at=datetime.now(UTC),
        left_at_claim_seconds=120,
        lease_seconds=lease_seconds,
        taken_at=time.monotonic(),
    )


def test_writing_goes_on_until_the_database_is_back() -> None:
    """An answer in hand is worth waiting for."""
    tries: list[int] = []

    def write() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("x", {}, Exception())
        return "written"

    assert patiently(a_claim(lease_seconds=10), write) == "written"
    assert len(tries) == 3


def test_writing_ends_with_the_lease() -> None:
    """After that the run's state tells whoever comes next, so the error is told at once."""

    def write() -> None:
        raise OperationalError("x", {}, Exception())

    with pytest.raises(OperationalError):
        patiently(a_claim(lease_seconds=0.2), write)


def test_a_claim_counts_down_and_shows_nothing_private() -> None:
    """A worker that was frozen past its lease may not write."""
    assert a_claim(lease_seconds=15).may_write(10)
    assert not a_claim(lease_seconds=9).may_write(10)
    assert "sealed_arguments" not in repr(a_claim(1))
