"""Figures: values that would break a promise are refused at the start."""

import pytest
from pydantic import ValidationError

from phone_verification.kinds import Operation
from tasks.figures import Figures


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ({"connect_budget_seconds": 6}, "CONNECT_BUDGET_SECONDS"),
        ({"breaker_probe_budget_seconds": 6}, "BREAKER_PROBE_BUDGET_SECONDS"),
        ({"least_left_seconds": 120}, "LEAST_LEFT_SECONDS"),
        ({"probe_budget_seconds": 6}, "PROBE_BUDGET_SECONDS must not"),
        ({"last_look_seconds": 5}, "LAST_LOOK_SECONDS"),
        ({"least_left_to_post_again_seconds": 4}, "LEAST_LEFT_TO_POST_AGAIN_SECONDS"),
        ({"sweep_interval_seconds": 8}, "SWEEP_INTERVAL_SECONDS"),
        ({"retry_after_hop_seconds": 120}, "RETRY_AFTER_HOP_SECONDS"),
    ],
)
def test_figures_that_break_a_promise_are_refused(broken: dict[str, float], named: str) -> None:
    """Each inequality is checked and names the setting."""
    with pytest.raises(ValidationError, match=named):
        Figures(**broken)  # type: ignore[arg-type]


def test_all_that_is_wrong_is_named_at_once() -> None:
    """Two broken inequalities are two sentences of one error."""
    with pytest.raises(ValidationError) as raised:
        Figures(connect_budget_seconds=6, sweep_interval_seconds=8)

    assert "CONNECT_BUDGET" in str(raised.value)
    assert "SWEEP_INTERVAL" in str(raised.value)


def test_one_knob_scales_every_second_and_no_count() -> None:
    """Scaling keeps the ratios."""
    scaled = Figures().scaled(0.1)

    assert scaled.send_deadline_seconds == pytest.approx(12)
    assert scaled.sweep_rows == 200


@pytest.mark.parametrize(("operation", "lease"), [(Operation.SEND, 15), (Operation.CHECK, 8)])
def test_a_lease_outlives_its_call(operation: Operation, lease: float) -> None:
    """A killed check is taken over within ten seconds, a start within fifteen."""
    assert Figures().lease_seconds(operation) == lease
