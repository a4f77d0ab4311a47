"""Never approved by guess, never a right code called a failure: in all worlds of up to three checks."""

import os
import random

import pytest

from tests.integration.settling.lab import Lab
from tests.integration.settling.worlds import (
    Code,
    Fate,
    Handles,
    Memory,
    Sent,
    Told,
    World,
    all_worlds,
    is_approved,
    play,
)

_WORLDS = list(all_worlds())
_SAMPLE = int(os.environ.get("WORLDS", "150"))


def violations(lab: Lab, world: World, ahead_seconds: float = 0) -> list[str]:
    """Play a world and say what must not have been told."""
    told = play(lab, world, ahead_seconds)
    wrong = [
        f"approved a wrong code: {one}"
        for one in told
        if one.code is not Code.RIGHT and one.outcome == "approved"
    ]
    if not is_approved(lab):
        wrong += [f"approved though Twilio did not: {one}" for one in told if one.outcome == "approved"]
    wrong += [
        f"a right code called a failure: {one}" for place, one in enumerate(told) if _is_failure(told, place)
    ]
    again = told[len(world.codes) :]
    if world.memory is not Memory.ERASED:
        wrong += [f"still not known: {one}" for one in again if one.is_undecided]
    return [f"{world}: {sentence}; told {[one.outcome for one in told]}" for sentence in wrong]


def _is_failure(told: list[Told], place: int) -> bool:
    """Whether a right code was refused although no other handle's approval explains it."""
    one = told[place]
    if one.code is not Code.RIGHT or one.outcome == "approved" or one.is_undecided:
        return False
    approvals = [other for other in told if other is not one and other.outcome == "approved"]
    if one.handle is None:
        return not approvals
    return not any(other.handle != one.handle for other in approvals)


_N, _LOST, _ANSWERED = Handles.NUMBER, Fate.LOST_AFTER, Fate.ANSWERED
_R, _W = Code.RIGHT, Code.WRONG
_ONCE_WRONG = [
    # An approval by number was forgotten while its send was in doubt, and credited to a wrong code.
    World(codes=(_R, _R, _W), fates=(_LOST, _ANSWERED, _LOST), handles=_N, sent=Sent.LOST),
    World(codes=(_R, _W), fates=(_LOST, _LOST), handles=_N, sent=Sent.LOST),
]


@pytest.mark.parametrize("seconds", [0.1, 0.4, 0.7, 0.9])
@pytest.mark.parametrize("world", _ONCE_WRONG, ids=str)
def test_worlds_that_once_went_wrong(lab: Lab, world: World, seconds: float) -> None:
    """Each was found by playing all worlds; some need Twilio's seconds to fall as they did."""
    assert violations(lab, world, seconds) == []


@pytest.mark.parametrize("seed", range(1))
def test_worlds(lab: Lab, seed: int) -> None:
    """A sample of all worlds, another one with every seed; `make faults` plays them all."""
    sample = random.Random(seed).sample(_WORLDS, min(_SAMPLE, len(_WORLDS)))  # noqa: S311 - a sample, no secret

    assert [sentence for world in sample for sentence in violations(lab, world)] == []
