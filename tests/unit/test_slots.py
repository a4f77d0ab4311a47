"""Slots for sends: what is left for checks, and since when there has been none."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from phone_verification.kinds import Operation
from tasks.slots import SendSlots


@pytest.mark.parametrize(("threads", "most"), [(32, 22), (8, 5), (4, 2), (2, 1), (1, 1)])
def test_checks_keep_nearly_a_third_of_the_threads(threads: int, most: int) -> None:
    """Seventy percent, rounded down, and one send at least."""
    assert SendSlots(threads=threads, percent=70).most == most


def test_a_slot_is_free_again_when_its_block_ends() -> None:
    """However it ends."""
    slots = SendSlots(threads=2, percent=70)

    def fail() -> None:
        with slots.of(Operation.SEND) as first, slots.of(Operation.SEND) as second:
            assert first is None
            assert second is not None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with slots.of(Operation.SEND) as third:
        assert third is None


def test_a_check_needs_no_slot() -> None:
    """It is admitted although every slot is taken, and takes none."""
    slots = SendSlots(threads=1, percent=70)

    with slots.of(Operation.CHECK) as check, slots.of(Operation.SEND) as send:
        assert check is None
        assert send is None
        with slots.of(Operation.CHECK) as another:
            assert another is None


def test_it_says_for_how_long_there_has_been_none() -> None:
    """From the moment it became full; a slot that is taken again at once does not end the crowd."""
    slots = SendSlots(threads=3, percent=70)
    assert [slots.take(now=10), slots.take(now=11)] == [None, None]
    assert slots.take(now=14) == 3

    slots.give_back(now=15)
    assert slots.take(now=15.01) is None
    assert slots.take(now=16) == 5


def test_a_slot_that_nobody_wanted_ends_the_crowd() -> None:
    """The next time that it is full counts anew."""
    slots = SendSlots(threads=2, percent=70)
    slots.take(now=10)
    slots.give_back(now=15)
    slots.take(now=16)

    assert slots.take(now=18) == 2


def test_threads_at_once_never_exceed_it() -> None:
    """Twenty ask at the same moment for seven slots: seven get one."""
    slots, together = SendSlots(threads=10, percent=70), Barrier(20)

    def ask(_: int) -> bool:
        together.wait(10)
        with slots.of(Operation.SEND) as full_for_seconds:
            together.wait(10)
            return full_for_seconds is None

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(ask, range(20))) == 7
