"""The rotation of HMAC_KEYS, step by step: which step is next, and when it must wait."""

from datetime import UTC, datetime

import pytest

from models.key_usage import KeyUsage, OpenSends
from phone_verification.keys import Fingerprints, make_key
from worker.rotation import NextStep, next_step

YOUNGEST = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
K1, K2, K3 = make_key("k1"), make_key("k2"), make_key("k3")


def step(keys: str, *, under: str = "", open_sends: int = 0) -> NextStep:
    """Decide for a key list, rows under some keys, and open sends."""
    usages = [
        KeyUsage(key_id=key_id, table=table, rows=3, youngest_at=YOUNGEST)
        for key_id in under.split()
        for table in ("task_runs", "verifications")
    ]
    sends = OpenSends(count=open_sends, last_ends_in_seconds=90.4 if open_sends else 0)
    return next_step(Fingerprints.parse(keys).roles(), usages, sends)


@pytest.mark.parametrize(
    ("keys", "under", "open_sends", "says", "is_safe"),
    [
        (K1, "k1", 5, "Nothing is under way", True),
        (f"{K2},{K1}", "k1", 0, "Once every worker and caller has k2: mark k1 retired", True),
        (f"{K2},{K1}", "", 0, "mark k1 retired", True),
        (f"{K2},{K1}", "k1", 2, "Wait for the open sends (2; the last ends in 90 s)", False),
        (f"{K2},{K1}", "k1 k2", 0, "Mark k1 retired here too, now", False),
        (f"{K3},{K2},{K1}", "k1", 0, "Once every worker and caller has k2: mark k1 retired", True),
        (f"{K2},{K1}:retired", "k1 k2", 0, "its 6 rows, the youngest of 2026-11-23 10:30", False),
        (f"{K2},{K1}:retired", "k2", 7, "Drop k1 from HMAC_KEYS", True),
        (f"{K3},{K2}:retired,{K1}:retired", "k2 k3", 0, "Drop k1", True),
        (f"{K3},{K2}:retired,{K1}:retired", "k1 k2 k3", 0, "Keep k1", False),
        (K2, "k1 k2", 0, "Put k1 back into HMAC_KEYS everywhere, marked retired: 6 rows", False),
    ],
    ids=[
        *("at rest", "added", "added, empty tables", "added, sends open", "half retired", "two added"),
        *("retired", "retired and gone", "two retired, one gone", "two retired", "dropped too early"),
    ],
)
def test_the_next_step_waits_until_it_is_safe(
    keys: str,
    under: str,
    open_sends: int,
    says: str,
    is_safe: bool,  # noqa: FBT001 - a column
) -> None:
    """One sentence says what to do, and whether now."""
    decided = step(keys, under=under, open_sends=open_sends)

    assert says in decided.sentence
    assert decided.is_safe is is_safe
