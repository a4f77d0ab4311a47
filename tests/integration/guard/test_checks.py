"""What the guard allows anybody to guess, and that it locks nobody out by the way."""

import pytest

from tasks.rules import GuardSettings
from tests.integration.guard.conftest import under
from tests.integration.settling.lab import Lab

FEW = GuardSettings(resend_waits_seconds="0", wrong_codes_per_number_an_hour=3)


@pytest.fixture
def strict(lab: Lab) -> Lab:
    """A laboratory in which three wrong codes are enough."""
    return under(lab, FEW)


def guesses(lab: Lab, handle: str | None, count: int, first: int = 100_000) -> list[str]:
    """Press wrong codes, each another one; return what came of them."""
    right = lab.code
    codes = [str(code) for code in range(first, first + count + 1) if str(code) != right][:count]
    return [lab.outcome(lab.check(code, handle)) for code in codes]


def test_wrong_codes_of_a_number_are_limited(strict: Lab) -> None:
    """After so many the right one is not asked about either, until the oldest is an hour old."""
    handle = strict.send()
    assert guesses(strict, handle, 3) == ["invalid_code"] * 3

    refused = strict.check(strict.code, handle)

    assert strict.outcome(refused) == "rate_limited"
    assert 3_590 < strict.run(refused).result["error"]["retry_after"] <= 3_600
    assert strict.run(refused).result["verification"]["checks_left"] == 2
    assert strict.checks == 3
    strict.pass_time(3_601)
    another = strict.send()
    assert strict.outcome(strict.check(strict.code, another)) == "approved"


def test_a_resend_does_not_reset_the_wrong_codes(strict: Lab) -> None:
    """A new text is no new round of guesses.

    https://pages.nist.gov/800-63-4/sp800-63b.html
    """
    guesses(strict, strict.send(), 2)
    strict.pass_time(601)
    handle = strict.send()
    assert guesses(strict, handle, 1, first=200_000) == ["invalid_code"]

    assert strict.outcome(strict.check(strict.code, handle)) == "rate_limited"


def test_a_stranger_without_a_handle_locks_nobody_out(strict: Lab) -> None:
    """Who knows only the number uses up a budget of his own, and the owner's stays whole."""
    handle = strict.send()
    assert guesses(strict, None, 3) == ["invalid_code"] * 3
    assert strict.outcome(strict.check("999999")) == "rate_limited"

    assert strict.outcome(strict.check(strict.code, handle)) == "approved"


def test_a_stranger_without_a_handle_cannot_use_up_the_tries(lab: Lab) -> None:
    """Of a code's five tries at Twilio two are left for who asked for it, by the rules as they come."""
    handle = lab.send()

    assert guesses(lab, None, 6) == ["invalid_code"] * 3 + ["rate_limited"] * 3
    assert guesses(lab, handle, 1, first=200_000) == ["invalid_code"]

    assert lab.outcome(lab.check(lab.code, handle)) == "approved"


def test_who_has_no_handle_may_try_again_with_the_next_code(lab: Lab) -> None:
    """A caller who never gives one is not kept waiting for the hour to pass."""
    lab.send()
    guesses(lab, None, 3)
    refused = lab.check("999999")
    assert lab.outcome(refused) == "rate_limited"
    assert 590 < lab.run(refused).result["error"]["retry_after"] <= 600
    lab.pass_time(601)
    lab.send()

    assert lab.outcome(lab.check(lab.code)) == "approved"


def test_sends_that_were_refused_lock_no_check_out(lab: Lab) -> None:
    """Whoever has texts sent to a number until no more are allowed leaves its owner's check alone."""
    handle = lab.send()
    assert [lab.outcome(lab.send()) for _ in range(8)] == ["rate_limited"] * 8

    assert lab.outcome(lab.check(lab.code, handle)) == "approved"


def test_an_approval_is_told_again_although_the_guesses_are_used_up(strict: Lab) -> None:
    """A form that was sent twice after a few mistakes still says yes."""
    handle = strict.send()
    guesses(strict, handle, 2)
    code = strict.code
    assert strict.outcome(strict.check(code, handle)) == "approved"
    strict = under(strict, FEW.model_copy(update={"wrong_codes_per_number_an_hour": 2}))

    again = strict.check(code, handle)

    assert strict.outcome(again) == "approved"
    assert strict.run(again).result["replayed"] is True


def test_what_burned_no_try_is_no_guess(strict: Lab) -> None:
    """The same wrong code sent twice, and what is no code at all, use nothing up."""
    handle = strict.send()
    wrong = "111111" if strict.code != "111111" else "222222"
    outcomes = [strict.outcome(strict.check(code, handle)) for code in (wrong, wrong, wrong, "abc", "12")]

    assert outcomes == ["invalid_code"] * 5
    assert strict.checks == 1
    assert strict.outcome(strict.check(strict.code, handle)) == "approved"


def test_a_check_in_doubt_is_found_out_although_the_guesses_are_used_up(strict: Lab) -> None:
    """What Twilio was asked before the limit was reached is not taken back."""
    handle = strict.send()
    strict.lose_next_check()
    doubtful = strict.check(strict.code, handle)
    strict = under(strict, FEW.model_copy(update={"wrong_codes_per_number_an_hour": 1}))
    guesses(strict, None, 1)

    strict.pass_time(4)
    strict.deliver(doubtful)

    assert strict.outcome(doubtful) == "approved"
