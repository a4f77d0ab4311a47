"""The guard's decisions, on ages alone."""

import pytest
from pydantic import ValidationError

from models.closed_sets import GuardRule
from tasks.guard import History, next_send_in_seconds, object_to_check, object_to_send
from tasks.rules import GuardSettings, Rules

RULES = Rules.of(GuardSettings())
OFF = Rules.of(
    GuardSettings(
        resend_waits_seconds="0",
        sends_per_number_in_10_minutes=0,
        sends_per_number_a_day=0,
        sends_per_client_ref_an_hour=0,
        wrong_codes_per_number_an_hour=0,
        wrong_codes_without_handle_in_10_minutes=0,
    )
)


@pytest.mark.parametrize(
    ("sends", "wait"),
    [
        ((), 0),
        ((0.0,), 30),
        ((29.0,), 1),
        ((30.0,), 0),
        ((10.0, 50.0), 30),
        ((0.0, 100.0, 200.0), 60),
        ((0.0, 100.0, 200.0, 300.0), 90),
        ((0.0, 590.0, 595.0, 596.0), 90),
        # The window of the resend waits is ten minutes: what is older is another story.
        ((0.0, 601.0), 30),
        # Five in ten minutes: until the fifth last is ten minutes old, if that is longer than the wait.
        ((0.0, 10.0, 20.0, 30.0, 40.0), 560),
        ((100.0, 200.0, 300.0, 400.0, 599.5), 20),
        ((130.0, 200.0, 300.0, 400.0, 599.5), 0.5),
        # Ten a day.
        (tuple(3_600.0 * hour for hour in range(1, 11)), 86_400 - 36_000),
        (tuple(3_600.0 * hour for hour in range(1, 10)), 0),
    ],
)
def test_when_the_next_send_may_be(sends: tuple[float, ...], wait: float) -> None:
    """The longest of all waits, by the rules as they come."""
    assert next_send_in_seconds(RULES, sends) == pytest.approx(wait)


def test_a_wait_that_would_not_be_kept_is_refused() -> None:
    """The waits look back ten minutes: a longer one would end there, and nobody would know."""
    assert Rules.of(GuardSettings(resend_waits_seconds="30,600")).resend_waits_seconds == (30, 600)

    with pytest.raises(ValidationError, match="600 s"):
        GuardSettings(resend_waits_seconds="30,600.5")


def test_of_several_rules_the_longest_is_told() -> None:
    """A person who is told to wait a moment is not told so again after it."""
    history = History(number=(10.0,), client_ref=tuple(60.0 * minute for minute in range(20)))

    objection = object_to_send(RULES, history)

    assert objection is not None
    assert objection.rule is GuardRule.SENDS_PER_CLIENT_REF
    assert objection.wait_seconds == pytest.approx(3_600 - 19 * 60)
    assert objection.inputs == {"counted": 20, "most": 20, "window_seconds": 3_600}


def test_wrong_codes_forbid_checks_and_not_sends() -> None:
    """Two budgets: neither is spent from the other."""
    history = History(wrong_codes=tuple(10.0 * guess for guess in range(10)))

    assert object_to_send(RULES, history) is None
    objection = object_to_check(RULES, history, has_handle=True)
    assert objection is not None
    assert objection.rule is GuardRule.WRONG_CODES_PER_NUMBER
    assert objection.wait_seconds == pytest.approx(3_510)
    sends = History(number=(1.0,) * 50, client_ref=(1.0,) * 50)
    assert object_to_check(RULES, sends, has_handle=False) is None


@pytest.mark.parametrize(
    ("wrong_codes", "wait"),
    [
        ((), None),
        ((1.0, 2.0), None),
        ((1.0, 2.0, 600.0), None),
        ((1.0, 2.0, 400.0), 200),
        (tuple(100.0 * guess for guess in range(10)), 2_700),
    ],
)
def test_without_a_handle_fewer_wrong_codes_are_allowed(
    wrong_codes: tuple[float, ...], wait: float | None
) -> None:
    """Three in ten minutes, besides the ten an hour: of several rules the longest is told."""
    objection = object_to_check(RULES, History(wrong_codes=wrong_codes), has_handle=False)

    assert (objection and objection.wait_seconds) == wait


def test_a_zero_switches_a_rule_off() -> None:
    """Every rule is a setting, and none is forced on anybody."""
    ages = tuple(float(age) for age in range(1, 60))
    history = History(number=ages, client_ref=ages, wrong_codes=ages)

    assert object_to_send(OFF, history) is None
    assert object_to_check(OFF, history, has_handle=False) is None
    assert next_send_in_seconds(OFF, ages) == 0


def test_one_knob_scales_every_window() -> None:
    """Tests that shrink time shrink the guard with it."""
    rules = Rules.of(GuardSettings(), time_scale=0.1)

    assert next_send_in_seconds(rules, (0.0,)) == pytest.approx(3)
    assert [limit.window_seconds for limit in rules.of_number] == [60, 8_640]
