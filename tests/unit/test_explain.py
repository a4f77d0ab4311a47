"""Naming a refusal: what our records say, as a table."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.closed_sets import VerificationStatus
from phone_verification.kinds import ErrorKind
from tasks.explain import (
    Verdict,
    cause_of_not_found,
    decides,
    is_replay,
    judge,
    may_be_same_code,
    refusal_by_records,
)
from tasks.known import Approval, Known, KnownVerification, Unresolved

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PENDING = KnownVerification(
    id="VE1",
    status=VerificationStatus.PENDING,
    channel=None,
    sends=1,
    failed_checks=0,
    created_at=NOW,
    last_sent_at=NOW,
    expires_at=NOW,
    expires_in_seconds=300,
)
GONE = replace(PENDING, expires_in_seconds=-1)
NOTHING = Known(is_handle_theirs=True, verification=None)
KNOWN = Known(is_handle_theirs=True, verification=PENDING)
APPROVED = replace(KNOWN, approval=Approval(handle="mine", is_same_code=True), own_approved_at=NOW)
ELSEWHERE = replace(APPROVED, own_approved_at=None)
BY_NUMBER = replace(KNOWN, approval=Approval(handle=None, is_same_code=True))
SAME = Unresolved(
    task_id="a-check", is_open=False, is_same_code=True, since_first_seconds=20, since_last_seconds=10
)
OTHER = replace(SAME, is_same_code=False)
ERASED = replace(SAME, is_same_code=None)


@pytest.mark.parametrize(
    ("known", "handle", "expected"),
    [
        pytest.param(KNOWN, "mine", None, id="nothing against asking"),
        pytest.param(NOTHING, None, None, id="nothing known"),
        pytest.param(
            replace(KNOWN, is_handle_theirs=False),
            "theirs",
            ErrorKind.NO_VERIFICATION_RECORD,
            id="a foreign handle",
        ),
        pytest.param(
            replace(KNOWN, was_answered_wrong=True), "mine", ErrorKind.INVALID_CODE, id="wrong again"
        ),
        pytest.param(ELSEWHERE, None, ErrorKind.ALREADY_VERIFIED, id="by number, verified"),
        pytest.param(ELSEWHERE, "other", ErrorKind.NO_VERIFICATION_RECORD, id="another handle"),
        pytest.param(BY_NUMBER, "mine", ErrorKind.ALREADY_VERIFIED, id="verified by the number alone"),
        pytest.param(
            replace(ELSEWHERE, verification=GONE),
            None,
            ErrorKind.NO_VERIFICATION_RECORD,
            id="verified, long ago",
        ),
    ],
)
def test_what_needs_no_asking(known: Known, handle: str | None, expected: ErrorKind | None) -> None:
    """Records refuse a foreign handle, a verified number and a repeated wrong code, nothing else."""
    assert refusal_by_records(known, handle, is_in_doubt=False) is expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (NOTHING, ErrorKind.NO_VERIFICATION_RECORD),
        (KNOWN, ErrorKind.NO_VERIFICATION_RECORD),
        (replace(KNOWN, verification=GONE), ErrorKind.VERIFICATION_EXPIRED),
        (replace(KNOWN, verification=replace(PENDING, failed_checks=5)), ErrorKind.MAX_CHECK_ATTEMPTS),
        (replace(KNOWN, verification=replace(GONE, failed_checks=5)), ErrorKind.MAX_CHECK_ATTEMPTS),
        (
            replace(KNOWN, verification=replace(PENDING, failed_checks=3), unresolved=(OTHER, OTHER)),
            ErrorKind.MAX_CHECK_ATTEMPTS,
        ),
    ],
)
def test_one_404_has_several_causes(known: Known, expected: ErrorKind | None) -> None:
    """Checks whose answer was lost may have used up a try each."""
    assert cause_of_not_found(known) is expected


@pytest.mark.parametrize(
    ("known", "handle", "expected"),
    [
        (APPROVED, "mine", True),
        (ELSEWHERE, "other", False),
        (APPROVED, None, False),
        (KNOWN, "mine", False),
        (replace(APPROVED, verification=GONE), "mine", False),
    ],
)
def test_a_replay_is_for_the_handle_that_was_approved(
    known: Known,
    handle: str | None,
    expected: bool,  # noqa: FBT001 - a table's column
) -> None:
    """And only while the verification would still live."""
    assert is_replay(known, handle) is expected


@pytest.mark.parametrize(
    ("is_same_code", "expected"),
    [(True, None), (None, None), (False, ErrorKind.NO_VERIFICATION_RECORD)],
)
def test_a_run_in_doubt_is_refused_only_when_the_approved_code_was_another(
    is_same_code: bool | None,  # noqa: FBT001 - a table's column
    expected: ErrorKind | None,
) -> None:
    """Its own lost request may have been the approval."""
    known = replace(KNOWN, approval=Approval(handle="other", is_same_code=is_same_code))

    assert refusal_by_records(known, "mine", is_in_doubt=True) is expected


@pytest.mark.parametrize(
    ("unresolved", "approved_by_same", "is_converted", "expected"),
    [
        ((), None, True, Verdict.EXPLAIN),
        ((OTHER,), None, True, Verdict.EXPLAIN),
        ((), False, True, Verdict.EXPLAIN),
        ((SAME,), None, True, Verdict.APPROVED),
        ((SAME, SAME), None, True, Verdict.APPROVED),
        ((SAME, OTHER), None, True, Verdict.WAIT),
        ((SAME, ERASED), None, True, Verdict.WAIT),
        ((ERASED,), None, True, Verdict.WAIT),
        ((SAME,), True, True, Verdict.APPROVED),
        ((SAME,), False, True, Verdict.WAIT),
        ((SAME,), None, False, Verdict.WAIT),
        ((replace(SAME, since_last_seconds=61),), None, False, Verdict.EXPLAIN),
        ((replace(SAME, since_last_seconds=61), SAME), None, False, Verdict.WAIT),
        ((replace(SAME, since_last_seconds=61), OTHER), None, False, Verdict.EXPLAIN),
    ],
)
def test_a_conversion_is_credited_to_a_code_only_if_no_other_can_have_been_it(
    unresolved: tuple[Unresolved, ...],
    approved_by_same: bool | None,  # noqa: FBT001 - as above
    is_converted: bool,  # noqa: FBT001 - as above
    expected: Verdict,
) -> None:
    """Never approved by guess; no conversion counts only after Twilio's lag."""
    approval = None if approved_by_same is None else Approval(handle="other", is_same_code=approved_by_same)
    known = replace(KNOWN, unresolved=unresolved, approval=approval)

    assert judge(known, is_converted=is_converted, lag_seconds=60) is expected


@pytest.mark.parametrize(
    ("known_for", "age", "expected"),
    [(30, None, True), (10, None, False), (None, 21.0, True), (None, 20.5, False), (None, None, False)],
)
def test_a_no_counts_when_the_verification_is_older_than_the_lost_check(
    known_for: float | None,
    age: float | None,
    expected: bool,  # noqa: FBT001 - as above
) -> None:
    """A younger verification says nothing of a code that was meant for the one before."""
    verification = replace(PENDING, known_for_seconds=known_for)

    assert decides(replace(KNOWN, verification=verification, unresolved=(SAME, OTHER)), age) is expected
    assert decides(replace(KNOWN, verification=verification, unresolved=(OTHER,)), age)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (KNOWN, False),
        (replace(KNOWN, unresolved=(OTHER,)), False),
        (replace(KNOWN, unresolved=(OTHER, SAME)), True),
        (replace(KNOWN, unresolved=(ERASED,)), True),
        (replace(KNOWN, verification=GONE, unresolved=(ERASED,)), False),
        (replace(KNOWN, verification=GONE, unresolved=(SAME,)), True),
        (replace(KNOWN, approval=Approval(handle=None, is_same_code=True)), True),
        (replace(KNOWN, approval=Approval(handle=None, is_same_code=False)), False),
    ],
)
def test_a_404_is_weighed_only_if_a_lost_check_may_have_carried_this_code(
    known: Known,
    expected: bool,  # noqa: FBT001 - as above
) -> None:
    """An erased code may have been this one, until the verification has expired anyway."""
    assert may_be_same_code(known) is expected
