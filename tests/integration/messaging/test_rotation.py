"""A rotation of keys while a code of our own lives: what one worker made, the other settles and compares."""

import pytest

from tests.integration.messaging.test_lost_texts import bodies
from tests.integration.messaging.test_own_codes import wrong
from tests.integration.settling.lab import Lab
from tests.integration.settling.test_rotation import ADDED, OLD, RETIRED, S1, S2

FAULTS = {
    "found": ("drop_after", {}),
    "asked for again": ("drop_before", {}),
    "waited for": ("status", {"status": 429, "code": 20429}),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    ("before", "after"),
    [(OLD, ADDED), (ADDED, OLD), (ADDED, RETIRED), (RETIRED, ADDED)],
    ids=["old, added", "added, old", "added, retired", "retired, added"],
)
def test_a_code_that_one_made_the_other_knows(lab: Lab, before: str, after: str, fault: str) -> None:
    """One text, one try for one wrong code, one approval; each through either."""
    first = lab.beside(hmac_keys=before, seal_keys=f"{S1},{S2}")
    second = lab.beside(hmac_keys=after, seal_keys=f"{S2},{S1}")
    action, fields = FAULTS[fault]
    lab.phone.fault(action, "message", **fields)
    handle = first.send()
    second.until_quiet(handle)
    second.deliver(handle)

    mistyped = [worker.check(wrong(lab.code), handle) for worker in (second, first)]
    approved, again = second.check(lab.code, handle), first.check(lab.code, handle)

    assert (lab.outcome(handle), len(bodies(lab))) == ("sent", 1)
    assert [lab.run(one).result["verification"]["checks_left"] for one in mistyped] == [4, 4]
    assert lab.outcome(approved) == "approved"
    assert lab.run(again).result["replayed"] is True
