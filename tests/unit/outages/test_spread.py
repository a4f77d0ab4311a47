"""After an outage those who waited come back spread, and in time.

What the figures mean: people come at a rate of λ. When Twilio is back, each second brings λ new ones and
those who come back. Who happens to meet whom in one second is chance: a second with m calls on average has
m + 2·√m now and then. So the bound is held without allowance where chance is small, at 200 a second, and
with one where it is not, at 20.
"""

import math
from itertools import product

import pytest

from tests.unit.outages.play import Play, Trouble, poisson, steady

SEEDS = range(5)
RATE = 20
TROUBLES = list(product(Trouble, (5, 30, 60)))
NAMES = [f"{trouble.value} {seconds} s" for trouble, seconds in TROUBLES]


def played(trouble: Trouble, seconds: float, seed: int, rate: int = RATE) -> Play:
    """An outage with steady arrivals; a worker for each 20 a second would have so many threads."""
    arrivals, threads = steady(rate, seconds + 90), 32 * rate // RATE
    return Play(trouble=trouble, outage_seconds=seconds, arrivals=arrivals, seed=seed, threads=threads).run()


def busiest_second(play: Play) -> int:
    """The most calls in a second, of those after the outage."""
    return max(calls for second, calls in play.calls.items() if second >= 0)


@pytest.mark.parametrize(("trouble", "seconds"), TROUBLES, ids=NAMES)
def test_no_second_sees_three_times_the_arrivals(trouble: Trouble, seconds: float) -> None:
    """However Twilio failed: at 200 a second never, at 20 a second but for chance."""
    assert busiest_second(played(trouble, seconds, seed=1, rate=200)) <= 2.75 * 200

    peaks = [busiest_second(played(trouble, seconds, seed)) for seed in SEEDS]
    assert sum(peaks) / len(peaks) <= 3 * RATE
    assert max(peaks) <= 3 * RATE + math.sqrt(3 * RATE)


@pytest.mark.parametrize(("trouble", "seconds"), TROUBLES, ids=NAMES)
def test_all_who_came_during_an_outage_are_served(trouble: Trouble, seconds: float) -> None:
    """Nobody is given up; the calls whose answer was lost are few: as many as slots, and a trial or two."""
    for seed in SEEDS:
        play = played(trouble, seconds, seed)

        assert play.given_up == 0
        assert play.doubtful <= (22 + seconds / 5 if trouble is Trouble.STARTS_HANG else 0)
        assert len(play.sent_after) == len(play.arrivals) - play.doubtful


@pytest.mark.parametrize("seconds", [5, 30, 60])
def test_people_who_know_nothing_of_each_other_bring_no_storm(seconds: float) -> None:
    """At 200 a second, with chance's share counted in."""
    rate = 200
    arrivals = poisson(rate, seconds + 60, seed=1)

    play = Play(
        trouble=Trouble.REFUSES, outage_seconds=seconds, arrivals=arrivals, seed=1, threads=3200
    ).run()

    assert busiest_second(play) <= 2.4 * rate + 4 * math.sqrt(2.4 * rate) < 3 * rate


@pytest.mark.parametrize("trouble", Trouble)
def test_a_blip_costs_nobody_much(trouble: Trouble) -> None:
    """Five seconds away: no one waits for a quarter of a minute; for half of one when calls hung for ten."""
    longest = max(max(played(trouble, 5, seed).sent_after) for seed in SEEDS)

    assert longest < (15 if trouble is Trouble.REFUSES else 30)


def test_while_twilio_is_away_hardly_anything_leaves() -> None:
    """Five calls open the breaker, and then only looks at the service are made."""
    assert played(Trouble.REFUSES, 60, 0).calls[-1] == 5
    assert played(Trouble.STARTS_HANG, 60, 0).calls[-1] <= 22 + 8


def test_waiting_for_a_slot_makes_no_storm_of_updates() -> None:
    """Five thousand sends while all starts hang: two updates for each that comes, then hundreds a second."""
    crowd = [n / 500 for n in range(5000)]

    play = Play(trouble=Trouble.STARTS_HANG, outage_seconds=30, arrivals=crowd, seed=1).run()

    assert max(play.turned_away.values()) <= 2.5 * 500
    assert max(count for second, count in play.turned_away.items() if second >= 12) <= 1000


def test_an_outage_longer_than_anybody_waits_ends_without_a_storm() -> None:
    """Ten minutes: those of the last two are served, at about three times the arrivals when it is over."""
    play = Play(trouble=Trouble.REFUSES, outage_seconds=600, arrivals=steady(RATE, 690), seed=3).run()

    assert busiest_second(play) <= 3 * RATE + 2 * math.sqrt(3 * RATE)
    assert len(play.sent_after) >= RATE * (90 + 0.9 * 120)
