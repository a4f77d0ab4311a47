"""People: each wants a code, types it right or wrong, and presses again when told that it is not known.

Lives here: the load of the soak. What a person does comes from a seed of their own.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

from models.records import TRIES
from phone_verification.kinds import ErrorKind, Outcome
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


def press_again(case: Case, unknown: list[Pressed]) -> list[Result]:
    """Let everybody press again, and once more when told how long to wait first; return the last answers."""
    results = _answers(case, unknown)
    told_to_wait = [
        at
        for at, result in enumerate(results)
        if result.outcome is Outcome.UNKNOWN and result.error and result.error.retry_after is not None
    ]
    if told_to_wait:
        time.sleep(max(_wait_seconds(results[at]) for at in told_to_wait))
        answers = _answers(case, [unknown[at] for at in told_to_wait])
        for at, answer in zip(told_to_wait, answers, strict=True):
            results[at] = answer
    return results


def _answers(case: Case, presses: list[Pressed]) -> list[Result]:
    checks = [case.check(one.code, one.number, one.handle, is_right=one.is_right) for one in presses]
    return [case.result(check) for check in checks]


def _were_tries_used_up(case: Case, number: str) -> bool:
    """Whether Twilio carried out five checks; a lost answer's repetition is one more."""
    carried_out = [
        one
        for one in case.stage.phone.requests(endpoint="check", to=e164(number))
        if one["twilio_status"] == HTTPStatus.OK
    ]
    return len(carried_out) >= TRIES


def _wait_seconds(result: Result) -> float:
    seconds = result.error.retry_after if result.error else None
    return max(result.finished_at.timestamp() + (seconds or 0) - time.time(), 0)


def told_the_truth(case: Case, pressed: Pressed, result: Result) -> bool:
    """Whether pressing again answered what is so; after five wrong codes not even the right one counts."""
    if pressed.is_right:
        is_locked = result.error is not None and result.error.kind is ErrorKind.MAX_CHECK_ATTEMPTS
        return result.outcome is Outcome.APPROVED or (is_locked and _were_tries_used_up(case, pressed.number))
    return result.outcome is Outcome.REJECTED
