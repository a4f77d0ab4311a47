"""Hosts whose clocks are wrong by a minute, each way and both at once."""

import pytest

from phone_verification.kinds import Operation, Outcome
from tests.faults.case import Case
from tests.faults.faketime import shifted
from tests.faults.judge import keeps_its_promises
from tests.faults.points import Point, held_at, prepare


@pytest.mark.parametrize("clocks", [(60,), (-60,), (60, -60)], ids=["+60 s", "-60 s", "+60 s and -60 s"])
def test_hosts_clocks(case: Case, clocks: tuple[int, ...]) -> None:
    """Who is right about the time does not matter: a lost answer, a crash, and ordinary wishes."""
    stage = case.stage
    stage.crew.kill()
    for seconds in clocks:
        stage.timeline.note(f"a worker's clock is {seconds:+d} s off")
        stage.crew.hire(**shifted(seconds))
    number = stage.new_number()
    handle, code = case.sent(number)
    case.fault("drop_after", "start")

    lost = case.send(stage.new_number())
    checked = case.check(code, number, handle, is_right=True)

    assert case.result(checked).outcome is Outcome.APPROVED
    assert case.result(lost).outcome is Outcome.SENT
    keeps_its_promises(case)


def test_a_crash_between_hosts_with_wrong_clocks(case: Case) -> None:
    """A worker two minutes behind takes over from one that died a minute ahead."""
    crew = case.stage.crew
    crew.kill()
    crew.hire(**shifted(60))
    wish = prepare(case, Operation.SEND)

    with held_at(case, wish, Point.ACCEPTED):
        crew.kill()
    crew.hire(**shifted(-60))

    keeps_its_promises(case)
