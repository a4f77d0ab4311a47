"""Limits across a rotation of keys: what one worker counted, a worker at another step counts on."""

import pytest

from phone_verification.keys import make_key
from tests.integration.settling.lab import Lab

K1, K2 = make_key("k1"), make_key("k2")
OLD, ADDED, RETIRED = K1, f"{K2},{K1}", f"{K2},{K1}:retired"

Pair = tuple[Lab, Lab]


@pytest.fixture(
    params=[(OLD, ADDED), (ADDED, OLD), (ADDED, RETIRED), (RETIRED, ADDED)],
    ids=["old, added", "added, old", "added, retired", "retired, added"],
)
def pair(lab: Lab, request: pytest.FixtureRequest) -> Pair:
    """Two workers' hands at two steps of a rotation, under production's rules."""
    first, second = request.param
    return lab.beside(hmac_keys=first), lab.beside(hmac_keys=second)


def test_the_texts_of_a_number_are_counted_together(pair: Pair) -> None:
    """Five in ten minutes, whoever sent them; the sixth is refused by either."""
    outcomes = []
    for turn in range(6):
        hands = pair[turn % 2]
        outcomes.append(hands.outcome(hands.send()))
        hands.pass_time(91)

    assert outcomes == ["sent"] * 5 + ["rate_limited"]
    assert pair[0].texts == 5


def test_a_resend_waits_for_the_others_text(pair: Pair) -> None:
    """The wait after a text does not begin anew under another key."""
    first, second = pair
    first.send()
    first.pass_time(5)

    assert second.outcome(second.send()) == "rate_limited"
    assert first.texts == 1


def test_wrong_codes_are_counted_together(pair: Pair) -> None:
    """Ten an hour for a number, typed at both."""
    outcomes = []
    for turn in range(12):
        if turn % 4 == 0:
            handle = pair[0].send()
        hands = pair[turn % 2]
        outcomes.append(hands.outcome(hands.check(f"{turn:06d}", handle)))
        hands.pass_time(31)
        if turn % 4 == 3:
            hands.pass_time(601)

    assert outcomes == ["invalid_code"] * 10 + ["rate_limited"] * 2


def test_the_texts_of_a_caller_are_counted_together(pair: Pair) -> None:
    """Twenty an hour for one client_ref, whatever numbers it names, at whichever worker."""
    outcomes = []
    for turn in range(21):
        hands = pair[turn % 2]
        handle = hands.send(f"010-7777-{turn:04d}", client_ref="203.0.113.7")
        outcomes.append(hands.outcome(handle))

    assert outcomes == ["sent"] * 20 + ["rate_limited"]
