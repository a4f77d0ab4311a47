"""For how long a count of everybody's sends is trusted."""

import pytest

from tasks.ceiling import trusted_seconds


@pytest.mark.parametrize(
    ("sends", "most", "seconds"),
    [
        # Far from the ceiling: until a thousand sends a second would have come near it.
        (0, 5_000, 4.9),
        (900, 5_000, 4.0),
        # Near it, every send is counted.
        (4, 10, 0),
        (950, 1_000, 0),
        # Counting many rows is rationed, near the ceiling too.
        (4_950, 5_000, 0.0495),
        (990_000, 1_000_000, 9.9),
        (2_000_000, 2_000_000, 20),
    ],
)
def test_a_count_is_trusted_as_long_as_it_can_be(sends: int, most: int, seconds: float) -> None:
    """Exact where it matters, and never dearer than sending."""
    assert trusted_seconds(sends, most) == pytest.approx(seconds)
