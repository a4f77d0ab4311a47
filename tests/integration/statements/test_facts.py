"""Facts: what an answer told is kept under any epoch, once, and never taken back."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from models.closed_sets import VerificationStatus
from models.database import AnyRow
from models.evidence import COUNT_REPLAY, REPLAY_MATCHED
from models.verification import SendAttempt, Verification
from phone_verification.kinds import Channel, ErrorKind, Operation, Outcome, RunState
from tasks.claim import Claim, claim
from tasks.record import record
from tasks.services import Services
from tasks.step import Finish, KeptVerification
from tests.integration.statements.rows import Runs, seconds

_VE = "VE1"
_UNKNOWN = Finish(outcome=Outcome.UNKNOWN, kind=ErrorKind.OUTCOME_UNKNOWN)


@pytest.fixture
def taken(runs: Runs, services: Services) -> Claim:
    """A claim, under which facts are kept."""
    return _taken(services, runs.put())


def _keep(runs: Runs, services: Services, taken: Claim, **told: Any) -> AnyRow:
    facts = {"status": VerificationStatus.PENDING, "channel": Channel.SMS, "sends": 1, **told}
    record(services, taken, replace(_UNKNOWN, kept=KeptVerification(id=_VE, **facts)))
    return _verification(runs)


def _verification(runs: Runs) -> AnyRow:
    row = runs.row(select(*Verification.__table__.c).where(Verification.id == _VE))
    assert row is not None
    return row


def _attempts(runs: Runs) -> list[tuple[str, str | None]]:
    with runs.database.transaction() as connection:
        rows = connection.execute(select(SendAttempt.attempt_sid, SendAttempt.task_id))
        return sorted((row.attempt_sid, row.task_id) for row in rows)


def _taken(services: Services, task_id: str) -> Claim:
    taken = claim(services, Operation.SEND, task_id)
    assert isinstance(taken, Claim)
    return taken


def test_a_verification_is_as_old_as_the_provider_says(runs: Runs, services: Services, taken: Claim) -> None:
    """Its code expires ten minutes after it was made, not after we heard of it."""
    kept = _keep(runs, services, taken, age_seconds=100)

    assert seconds(kept.expires_at, kept.created_at) == pytest.approx(600, abs=0.01)
    assert seconds(runs.clock(), kept.created_at) >= 100
    assert (kept.last_sent_at, kept.completed_at) == (None, None)


def test_wrong_tries_are_added_up_to_five(runs: Runs, services: Services, taken: Claim) -> None:
    """The provider grants five; telling more would be no truth."""
    counted = [_keep(runs, services, taken, failed_checks=1).failed_checks for _ in range(7)]

    assert counted == [1, 2, 3, 4, 5, 5, 5]


@pytest.mark.parametrize(
    "status", [status for status in VerificationStatus if status is not VerificationStatus.APPROVED]
)
def test_approval_is_never_taken_back(
    runs: Runs, services: Services, taken: Claim, status: VerificationStatus
) -> None:
    """An older answer that comes later changes neither the status nor its stamp nor its code."""
    approved = _keep(runs, services, taken, status=VerificationStatus.APPROVED, code_hmac="k1:right")

    later = _keep(runs, services, taken, status=status, code_hmac="k1:other")

    assert approved.completed_at is not None
    assert later.status is VerificationStatus.APPROVED
    assert (later.completed_at, later.code_hmac) == (approved.completed_at, "k1:right")


def test_an_approval_ends_a_pending_verification(runs: Runs, services: Services, taken: Claim) -> None:
    """The stamp is the approval's."""
    pending = _keep(runs, services, taken)

    approved = _keep(
        runs, services, taken, status=VerificationStatus.APPROVED, code_hmac="k1:right", sends=0, channel=None
    )

    assert approved.status is VerificationStatus.APPROVED
    assert approved.code_hmac == "k1:right"
    assert approved.completed_at >= pending.created_at
    assert (approved.sends, approved.channel) == (1, Channel.SMS)


def test_the_number_of_texts_only_grows(runs: Runs, services: Services, taken: Claim) -> None:
    """An older answer knew of fewer; what it does not know of sending stays known."""
    first = _keep(runs, services, taken, sends=3, sent_seconds_ago=0)

    later = _keep(runs, services, taken, sends=2)

    assert later.sends == 3
    assert isinstance(first.last_sent_at, datetime)
    assert later.last_sent_at == first.last_sent_at


def test_a_text_is_kept_once_for_whom_it_was_first_known(
    runs: Runs, services: Services, taken: Claim
) -> None:
    """Another intent cannot claim the same text, and writing it twice is writing it once."""
    other = _taken(services, runs.put(phone_fingerprint="k1:another"))
    _keep(runs, services, taken, own_attempt_sids=("VL1",))

    for _ in range(2):
        _keep(runs, services, other, own_attempt_sids=("VL1",))

    assert _attempts(runs) == [("VL1", taken.task_id)]


@pytest.mark.parametrize(
    ("outcome", "kind", "ends"),
    [(Outcome.SENT, None, True), (Outcome.FAILED, ErrorKind.PROVIDER_ERROR, False)],
)
def test_facts_are_kept_although_the_claim_was_lost(
    runs: Runs,
    services: Services,
    outcome: Outcome,
    kind: ErrorKind | None,
    ends: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    """Only a definite success may still end the run; the facts are true in any case."""
    task_id = runs.put()
    taken = _taken(services, task_id)
    runs.change(task_id, state=RunState.AMBIGUOUS, epoch=2)
    kept = KeptVerification(
        id=_VE,
        status=VerificationStatus.PENDING,
        sends=2,
        own_attempt_sids=("VL1",),
        other_attempt_sids=("VL0",),
        sent_seconds_ago=0,
    )

    result = record(services, taken, Finish(outcome=outcome, kind=kind, kept=kept))

    row = runs.read(task_id)
    assert (result is not None, row.state is RunState.DONE) == (ends, ends)
    assert row.result == result
    assert _verification(runs).sends == 2
    assert _attempts(runs) == [("VL0", None), ("VL1", task_id)]


def test_a_success_that_comes_after_the_end_changes_no_result(runs: Runs, services: Services) -> None:
    """The run was told unknown; it stays unknown, and the text is known all the same."""
    task_id = runs.put()
    taken = _taken(services, task_id)
    record(services, taken, _UNKNOWN)
    before = runs.read(task_id)
    kept = KeptVerification(id=_VE, status=VerificationStatus.PENDING, own_attempt_sids=("VL1",))

    late = record(services, taken, Finish(outcome=Outcome.SENT, kept=kept))

    assert late is None
    assert runs.read(task_id) == before
    assert _attempts(runs) == [("VL1", task_id)]


def test_replays_close_after_five_mismatches(runs: Runs, services: Services, taken: Claim) -> None:
    """Each is counted before its code is compared."""
    _keep(runs, services, taken, status=VerificationStatus.APPROVED, code_hmac="k1:right")

    answered = [runs.row(COUNT_REPLAY, {"provider_sid": _VE}) for _ in range(6)]

    assert [row and row.code_hmac for row in answered] == ["k1:right"] * 5 + [None]
    assert _verification(runs).replay_mismatches == 5


def test_a_matching_replay_costs_no_try(runs: Runs, services: Services, taken: Claim) -> None:
    """The right code may be pressed as often as one likes."""
    _keep(runs, services, taken, status=VerificationStatus.APPROVED, code_hmac="k1:right")

    for _ in range(8):
        assert runs.row(COUNT_REPLAY, {"provider_sid": _VE}) is not None
        runs.do(REPLAY_MATCHED, {"provider_sid": _VE})

    assert _verification(runs).replay_mismatches == 0


def test_a_verification_without_an_approved_code_has_no_replay(
    runs: Runs, services: Services, taken: Claim
) -> None:
    """There is nothing to compare with, and nothing is counted."""
    _keep(runs, services, taken)

    counted = runs.row(COUNT_REPLAY, {"provider_sid": _VE})

    assert counted is None
    assert _verification(runs).replay_mismatches == 0
    assert runs.row(select(func.count()).select_from(Verification)) == (1,)


def test_a_commit_whose_answer_was_lost_is_written_once(runs: Runs, services: Services, taken: Claim) -> None:
    """The second try finds the first one's words, and adds no failed check to them."""
    kept = KeptVerification(id=_VE, status=VerificationStatus.PENDING, failed_checks=1)
    step = replace(_UNKNOWN, kept=kept, decided_at=taken.now())

    first, second = record(services, taken, step), record(services, taken, step)

    assert first == second == runs.read(taken.task_id).result
    assert _verification(runs).failed_checks == 1


def test_an_approval_that_was_inferred_is_true_only_under_its_claim(runs: Runs, services: Services) -> None:
    """Somebody else may have asked about another code meanwhile."""
    task_id = runs.put()
    taken = _taken(services, task_id)
    runs.change(task_id, state=RunState.AMBIGUOUS, epoch=2)
    kept = KeptVerification(id=_VE, status=VerificationStatus.APPROVED)

    late = record(services, taken, Finish(outcome=Outcome.APPROVED, kept=kept, is_inferred=True))

    assert late is None
    assert runs.read(task_id).state is RunState.AMBIGUOUS
    with runs.database.transaction() as connection:
        assert connection.execute(select(func.count()).select_from(Verification)).scalar_one() == 0
