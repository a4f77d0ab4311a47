"""The watch over countries and number blocks of which hardly anybody verifies."""

from typing import Any

import pytest
from sqlalchemy import insert

from models.closed_sets import VerificationStatus
from models.database import Database
from models.task_run import TaskRun
from models.verification import Verification
from phone_verification.database_clock import now_plus
from phone_verification.keys import Fingerprints, Label
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState
from tasks.rules import GuardSettings
from tests.integration.guard.conftest import under
from tests.integration.guard.test_sends import decisions
from tests.integration.settling.lab import Lab

RECORD = GuardSettings(resend_waits_seconds="0")
DENY = GuardSettings(resend_waits_seconds="0", unverified_watch="deny")
BLOCK, ELSEWHERE = "+82103333", "+82104444"


def verified(lab: Lab, block: str, **history: Any) -> None:
    """Let a laboratory's numbers have such a history."""
    keep_verified(lab.database, lab.services.fingerprints, block, **history)


def keep_verified(
    database: Database,
    keys: Fingerprints,
    block: str,
    *,
    of: int,
    approved: int = 0,
    minutes_ago: float = 10,
    first: int = 0,
    others: VerificationStatus = VerificationStatus.PENDING,
) -> None:
    """Let so many numbers of a block have been sent a code, and so many of them have typed it."""
    rows = [
        {
            "id": f"VE{block[1:]}{first + at:04d}",
            "phone_fingerprint": keys.of(Label.PHONE, f"{block}{first + at:04d}"),
            "phone_masked": "+82*****0000",
            "country": "KR",
            "number_block": keys.of(Label.NUMBER_BLOCK, block),
            "status": VerificationStatus.APPROVED if at < approved else others,
        }
        for at in range(of)
    ]
    with database.transaction() as connection:
        statement = insert(Verification).values(
            created_at=now_plus(-60 * minutes_ago), expires_at=now_plus(600 - 60 * minutes_ago)
        )
        connection.execute(statement, rows)


def unanswered(lab: Lab, block: str, count: int) -> None:
    """Let so many numbers of a block have pressed a code whose check Twilio never answered."""
    keys = lab.services.fingerprints
    rows: list[dict[str, Any]] = [
        {
            "task_id": f"check-of-{block[1:5]}-{at:04d}",
            "phone_fingerprint": keys.of(Label.PHONE, f"{block}{at:04d}"),
        }
        for at in range(count)
    ]
    with lab.database.transaction() as connection:
        statement = insert(TaskRun).values(
            operation=Operation.CHECK,
            arguments_fingerprint="none",
            state=RunState.DONE,
            outcome=Outcome.UNKNOWN,
            error_kind=ErrorKind.OUTCOME_UNKNOWN,
            created_at=now_plus(-120),
            deadline_at=now_plus(-90),
            ring_at=None,
        )
        connection.execute(statement, rows)


def read(lab: Lab) -> None:
    """Read the list of suspects, as the worker does now and then."""
    lab.services.watch.read(lab.database)


def test_a_suspect_block_is_only_written_down_at_first(lab: Lab) -> None:
    """What the watch would have refused is seen before it is ever told to refuse."""
    lab = under(lab, RECORD)
    verified(lab, BLOCK, of=60, approved=2)
    verified(lab, ELSEWHERE, of=60, approved=55)
    read(lab)

    to_suspect, to_other = lab.send("010-3333-9999"), lab.send("010-4444-9999")

    assert (lab.outcome(to_suspect), lab.outcome(to_other)) == ("sent", "sent")
    (kept,) = decisions(lab)
    assert (kept.task_id, kept.rule, kept.is_enforced) == (to_suspect, "unverified_number_block", False)
    assert (kept.inputs["verifications"], kept.inputs["approved"]) == (60, 2)
    assert BLOCK[1:] not in str(kept.inputs)


def test_a_suspect_block_is_denied_where_that_is_asked_for(lab: Lab) -> None:
    """No text leaves for it; the next block is sent to as ever."""
    lab = under(lab, DENY)
    verified(lab, BLOCK, of=60, approved=2)
    verified(lab, ELSEWHERE, of=60, approved=55)
    read(lab)

    assert lab.outcome(lab.send("010-3333-9999")) == "fraud_blocked"
    assert lab.outcome(lab.send("010-4444-9999")) == "sent"
    assert lab.starts == 1
    (kept,) = decisions(lab)
    assert kept.is_enforced


def test_a_code_that_nobody_got_speaks_against_nobody(lab: Lab) -> None:
    """A code of our own that was canceled was not sent, or another one verified the same person."""
    lab = under(lab, DENY)
    verified(lab, BLOCK, of=60, others=VerificationStatus.CANCELED)
    read(lab)

    assert lab.outcome(lab.send("010-3333-9999")) == "sent"


def test_a_suspect_country_is_denied_as_a_whole(lab: Lab) -> None:
    """Spread over many blocks it is still one country of which nobody verifies."""
    lab = under(lab, DENY)
    for block in range(10):
        verified(lab, f"+8210500{block}", of=6)
    read(lab)

    assert lab.outcome(lab.send("010-6666-0001")) == "fraud_blocked"
    assert [one.rule for one in decisions(lab)] == ["unverified_country"]


@pytest.mark.parametrize(
    "history",
    [
        {"of": 49},
        {"of": 60, "approved": 13},
        {"of": 60, "minutes_ago": 1},
        {"of": 60, "minutes_ago": 60 * 25},
    ],
    ids=["too few", "enough verify", "still typing", "long ago"],
)
def test_nobody_is_suspected_without_reason(lab: Lab, history: dict[str, Any]) -> None:
    """Few, young and old verifications say nothing, and a share that people have is no pumping."""
    lab = under(lab, DENY)
    verified(lab, BLOCK, **history)
    read(lab)

    assert lab.outcome(lab.send("010-3333-9999")) == "sent"
    assert decisions(lab) == []


def test_an_outage_makes_nobody_a_suspect(lab: Lab) -> None:
    """Whose check could not be answered has not failed to verify."""
    lab = under(lab, DENY)
    verified(lab, BLOCK, of=60)
    unanswered(lab, BLOCK, 60)
    read(lab)

    assert lab.outcome(lab.send("010-3333-9999")) == "sent"


def test_a_slow_trickle_is_seen_over_a_day(lab: Lab) -> None:
    """Too few in any hour, and far too many unverified in a day."""
    lab = under(lab, DENY)
    for hour in range(2, 12):
        verified(lab, BLOCK, of=6, approved=1, minutes_ago=60 * hour, first=10 * hour)
    read(lab)

    assert lab.outcome(lab.send("010-3333-9999")) == "fraud_blocked"


def test_a_suspect_is_cleared_when_its_window_has_passed(lab: Lab) -> None:
    """Whoever reads the list then finds what the last hour and day say."""
    lab = under(lab, DENY)
    verified(lab, BLOCK, of=60)
    read(lab)
    assert lab.outcome(lab.send("010-3333-9999")) == "fraud_blocked"

    lab.pass_time(86_400)
    lab = under(lab, DENY)
    read(lab)

    assert lab.outcome(lab.send("010-3333-9999")) == "sent"


def test_every_verification_is_kept_with_its_block(lab: Lab) -> None:
    """What the watch counts is written by the sends and checks themselves."""
    lab.send("010-3333-0001")

    with lab.database.transaction() as connection:
        row = connection.execute(Verification.__table__.select()).one()
    assert row.number_block == lab.services.fingerprints.of(Label.NUMBER_BLOCK, BLOCK)
