"""Codes of our own in all worlds of up to three checks: no wrong approval, no right code refused."""

import os
import random

import pytest

from models.records import TRIES
from tests.integration.messaging.worlds import Handle, Play, Second, Told, World, all_worlds
from tests.integration.settling.lab import Lab

_WORLDS = list(all_worlds())
_WISHED = os.environ.get("WORLDS", "150")
_COUNT = len(_WORLDS) if _WISHED == "all" else int(_WISHED)
_SAMPLE = random.Random(1).sample(_WORLDS, _COUNT)  # noqa: S311 - a sample, no secret
_AT_A_TIME = 50


def violations(lab: Lab, world: World) -> list[str]:
    """Play a world and say what must not have been told."""
    told = Play(lab, world).whole()
    wrong = [sentence for place in range(len(told)) for sentence in _of_check(told, place)]
    approvals = [one for one in told if one.outcome == "approved" and not one.is_replayed]
    if len(approvals) > 1 + (world.second is Second.BETWEEN):
        wrong.append(f"approved {len(approvals)} times")
    return [f"{world}: {sentence}; told {[one.outcome for one in told]}" for sentence in wrong]


def _of_check(told: list[Told], place: int) -> list[str]:
    one = told[place]
    is_repetition = one.handle is not Handle.NUMBER and any(
        (before.code, before.handle, before.outcome) == (one.code, one.handle, "approved")
        for before in told[:place]
    )
    is_over = one.was_approved or any(
        (before.handle, before.outcome) == (one.handle, "approved") for before in told[:place]
    )
    wrong = []
    if one.outcome == "approved" and not (one.was_living or is_repetition):
        wrong.append(f"approved a code that was none: {one}")
    if one.is_replayed and not is_repetition:
        wrong.append(f"told again what was not told: {one}")
    if one.was_living and not is_over and one.outcome != "approved":
        wrong.append(f"a right code called a failure: {one}")
    if one.most_tries > TRIES:
        wrong.append(f"tried too often: {one}")
    return wrong


@pytest.mark.parametrize("first", range(0, len(_SAMPLE), _AT_A_TIME))
def test_worlds_of_our_own_codes(lab: Lab, first: int) -> None:
    """A sample of all worlds, fifty at a time; WORLDS=all plays them all."""
    worlds = _SAMPLE[first : first + _AT_A_TIME]

    assert [sentence for world in worlds for sentence in violations(lab, world)] == []
