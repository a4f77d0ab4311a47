"""People: each wants a code, types it right or wrong, and presses again when told that it is not known.

Lives here: the load of the soak. What a person does comes from a seed of their own.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from phone_verification.kinds import Outcome
from phone_verification.results import Result
from tests.faults.case import Case, e164, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A code that was pressed and of which nobody could say whether it was right."""

    code: str
    number: str
    handle: str
    is_right: bool


def live(case: Case, seed: int) -> list[Pressed]:
    """Play one person to the end; return the presses that ended unknown."""
    chance = random.Random(seed)  # noqa: S311 - must repeat, need not be secret
    number = case.stage.new_number()
    handle = case.send(number)
    case.result(handle)
    code = case.stage.phone.code(e164(number))
    if code is None:
        return []
    unknown = []
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        mistaken = wrong(code) if chance.random() < 0.5 else code[::-1]
        unknown += _press(case, mistaken, number, handle, is_right=mistaken == code)
    for _ in range(2):
        pressed = _press(case, code, number, handle, is_right=True)
        unknown += pressed
        if not pressed:
            break
    return unknown


def _press(case: Case, code: str, number: str, handle: str, *, is_right: bool) -> list[Pressed]:
    result = case.result(case.check(code, number, handle, is_right=is_right))
    if result.outcome is not Outcome.UNKNOWN:
        return []
    return [Pressed(code=code, number=number, handle=handle, is_right=is_right)]


def crowd(case: Case, *, intents: int, seed: int, at_once: int, per_second: float) -> list[Pressed]:
    """Let people come until so many wishes were made; return every press that ended unknown."""
    chance, unknown = random.Random(seed), []  # noqa: S311 - as above
    with ThreadPoolExecutor(at_once) as pool:
        lives = []
        while len(case.intents) < intents:
            time.sleep(chance.expovariate(per_second))
            lives.append(pool.submit(live, case, chance.getrandbits(32)))
        for life in lives:
            unknown += life.result()
    return unknown


def told_the_truth(pressed: Pressed, result: Result) -> bool:
    """Whether pressing again answered what is so."""
    if pressed.is_right:
        return result.outcome is Outcome.APPROVED
    return result.outcome is Outcome.REJECTED
