"""Naming a refusal: what our records say, as a table."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.closed_sets import VerificationStatus
from phone_verification.kinds import ErrorKind
from tasks.explain import cause_of_not_found, is_replay, refusal_by_records
from tasks.known import Known, KnownVerification

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
APPROVED = replace(KNOWN, approved_handle="mine", approved_at=NOW)
APPROVED_BY_NUMBER = replace(KNOWN, approved_handle=None, approved_at=NOW)


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
        pytest.param(APPROVED, None, ErrorKind.ALREADY_VERIFIED, id="by number, verified"),
        pytest.param(APPROVED, "other", ErrorKind.NO_VERIFICATION_RECORD, id="another handle"),
        pytest.param(
            APPROVED_BY_NUMBER, "mine", ErrorKind.ALREADY_VERIFIED, id="verified by the number alone"
        ),
        pytest.param(
            replace(APPROVED, verification=GONE),
            None,
            ErrorKind.NO_VERIFICATION_RECORD,
            id="verified, long ago",
        ),
    ],
)
def test_what_needs_no_asking(known: Known, handle: str | None, expected: ErrorKind | None) -> None:
    """Records refuse a foreign handle, a verified number and a repeated wrong code, nothing else."""
    assert refusal_by_records(known, handle) is expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (NOTHING, ErrorKind.NO_VERIFICATION_RECORD),
        (KNOWN, ErrorKind.NO_VERIFICATION_RECORD),
        (replace(KNOWN, verification=GONE), ErrorKind.VERIFICATION_EXPIRED),
        (replace(KNOWN, verification=replace(PENDING, failed_checks=5)), ErrorKind.MAX_CHECK_ATTEMPTS),
        (replace(KNOWN, verification=replace(GONE, failed_checks=5)), ErrorKind.MAX_CHECK_ATTEMPTS),
        (replace(KNOWN, unresolved_checks=1), None),
        (replace(KNOWN, verification=GONE, unresolved_checks=1), None),
    ],
)
def test_one_404_has_several_causes(known: Known, expected: ErrorKind | None) -> None:
    """While another check's answer is lost, no cause is named: it may have been the approval."""
    assert cause_of_not_found(known) is expected


@pytest.mark.parametrize(
    ("known", "handle", "expected"),
    [
        (APPROVED, "mine", True),
        (APPROVED, "other", False),
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
