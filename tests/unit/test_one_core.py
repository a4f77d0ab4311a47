"""Which core a worker's threads are kept on."""

import pytest

from worker.one_core import freer_core


def test_a_worker_that_has_its_core_for_itself_stays() -> None:
    """However busy it is: what it uses is no reason to leave."""
    assert freer_core({0: 1.0, 1: 0.0}, core=0, own=1.0) == 0


def test_who_shares_a_core_goes_to_a_free_one() -> None:
    """Another worker is on the same core, and cannot be moved by the kernel."""
    assert freer_core({0: 1.0, 1: 0.0, 2: 0.4}, core=0, own=0.5) == 1


@pytest.mark.parametrize("others", [0.0, 0.2, 0.45])
def test_a_little_is_not_worth_a_move(others: float) -> None:
    """Caches are lost with it, and two workers would chase each other."""
    assert freer_core({0: 0.5 + others, 1: others - 0.2}, core=0, own=0.5) == 0


def test_where_all_are_as_busy_nobody_moves() -> None:
    """More workers than cores."""
    assert freer_core({0: 1.0, 1: 1.0}, core=1, own=0.5) == 1


def test_more_than_one_core_of_its_own_is_no_reason_to_move() -> None:
    """Clocks differ; a share below nothing is nothing."""
    assert freer_core({0: 0.9, 1: -0.1}, core=0, own=1.2) == 0
