"""All worlds of up to three checks of one code: what is typed, what gets lost, in which order.

Lives here: the enumeration, and playing one world on a laboratory. A world is played through the real
statements and the stand-in's HTTP; the truth is the stand-in's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from typing import Any, Final

from sqlalchemy import delete, update

from models.provider_call import ProviderCall
from models.task_run import TaskRun
from models.verification import SendAttempt, Verification
from phone_verification.kinds import Operation
from tests.integration.settling.lab import E164, Lab

_MOST_CHECKS: Final = 3
_DELIVERIES: Final = 3
_SHORT_SECONDS: Final = 10


class Code(StrEnum):
    """What the person types: the right code, or one of two wrong ones."""

    RIGHT = "R"
    WRONG = "W"
    OTHER_WRONG = "V"


class Fate(StrEnum):
    """What becomes of the first request: answered, carried out unheard, or lost on its way."""

    ANSWERED = "answered"
    LOST_AFTER = "drop_after"
    LOST_BEFORE = "drop_before"


class Handles(StrEnum):
    """Whose handle each check gives: the send's, a resend's (B), or none but the number (N)."""

    OWN = "AAA"
    NUMBER = "NNN"
    LAST_OTHER = "AAB"
    MIDDLE_OTHER = "ABA"
    FIRST_OWN = "ABB"


class Sent(StrEnum):
    """What is known of the send: its answer; nothing; or found out after the first check.

    In the last two another send follows the first check: of a send that was answered, or ended unknown.
    """

    KNOWN = "known"
    LOST = "lost"
    ADOPTED = "adopted"
    FOLLOWED = "followed"
    LOST_AND_FOLLOWED = "lost and followed"


class Settled(StrEnum):
    """When a check in doubt is looked after: before the next one comes, after all have come, or never.

    Never: Twilio is away until its person stops waiting, and presses something else.
    """

    AT_ONCE = "at once"
    AT_LAST = "at last"
    GIVEN_UP = "given up"


class Memory(StrEnum):
    """What happens to what we remember after the first check: nothing, a new key, or erasure."""

    KEPT = "kept"
    ROTATED = "rotated"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One course of events."""

    codes: tuple[Code, ...]
    fates: tuple[Fate, ...]
    handles: Handles = Handles.OWN
    sent: Sent = Sent.KNOWN
    settled: Settled = Settled.AT_ONCE
    memory: Memory = Memory.KEPT

    def __str__(self) -> str:
        checks = " ".join(
            f"{handle}:{code}-{fate}"
            for handle, code, fate in zip(self.handles.value, self.codes, self.fates, strict=False)
        )
        return f"{checks}, {self.sent}, {self.settled}, {self.memory}"


def all_worlds() -> Iterator[World]:
    """Every world; wrong codes are interchangeable, so the first wrong one is always W."""
    for length in range(1, _MOST_CHECKS + 1):
        for codes, fates, variant, settled in product(
            _typed(length), product(Fate, repeat=length), _variants(length), Settled
        ):
            handles, sent, memory = variant
            if settled is Settled.GIVEN_UP and variant not in _GIVEN_UP:
                continue
            yield World(codes=codes, fates=fates, handles=handles, sent=sent, settled=settled, memory=memory)


_GIVEN_UP: Final = [
    (handles, sent, Memory.KEPT)
    for handles in (Handles.OWN, Handles.NUMBER)
    for sent in (Sent.KNOWN, Sent.LOST)
]


def _typed(length: int) -> Iterator[tuple[Code, ...]]:
    for codes in product(Code, repeat=length):
        text = "".join(codes)
        if "V" not in text or -1 < text.find("W") < text.find("V"):
            yield codes


def _variants(length: int) -> Iterator[tuple[Handles, Sent, Memory]]:
    for sent in Sent:
        yield Handles.OWN, sent, Memory.KEPT
    for sent in (Sent.KNOWN, Sent.LOST, Sent.ADOPTED):
        yield Handles.NUMBER, sent, Memory.KEPT
    yield Handles.OWN, Sent.KNOWN, Memory.ROTATED
    yield Handles.OWN, Sent.KNOWN, Memory.ERASED
    if length > 1:
        yield Handles.FIRST_OWN, Sent.KNOWN, Memory.KEPT
        yield Handles.FIRST_OWN, Sent.KNOWN, Memory.ROTATED
    if length == _MOST_CHECKS:
        yield Handles.LAST_OTHER, Sent.KNOWN, Memory.KEPT
        yield Handles.MIDDLE_OTHER, Sent.KNOWN, Memory.KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one check was told in the end."""

    task_id: str
    handle: str | None
    code: Code
    outcome: str = ""

    @property
    def is_undecided(self) -> bool:
        """Whether it was told to press again."""
        return self.outcome in ("outcome_unknown", "provider_unavailable")


def clear(lab: Lab) -> None:
    """Forget everything, here and at Twilio, and begin with one key."""
    lab.use_first_key()
    lab.phone.reset()
    with lab.database.transaction() as connection:
        for table in (ProviderCall, SendAttempt, Verification, TaskRun):
            connection.execute(delete(table))


def play(lab: Lab, world: World, ahead_seconds: float = 0) -> list[Told]:
    """Play a world to its end; then press every undecided check again.

    Twilio's clock is `ahead_seconds` of ours: its stamps are whole seconds, and fall otherwise.
    """
    clear(lab)
    lab.phone.advance(ahead_seconds)
    handles = _send(lab, world)
    checks = [_check(lab, world, place, handles) for place in range(len(world.codes))]
    _look_after(lab, [one.task_id for one in checks])
    for one in checks:
        lab.expire(one.task_id)
    told = [replace(one, outcome=lab.outcome(one.task_id)) for one in checks]
    return told + [_press_again(lab, one) for one in told if one.is_undecided]


def _send(lab: Lab, world: World) -> dict[str, str | None]:
    """Send for every handle; return them by letter."""
    if world.sent not in (Sent.KNOWN, Sent.FOLLOWED):
        lab.phone.fault("drop_after", "start")
    handles: dict[str, str | None] = {"A": lab.send(), "N": None}
    if "B" in world.handles[: len(world.codes)]:
        handles["B"] = lab.send()
    lab.pass_time(3)
    return handles


def _check(lab: Lab, world: World, place: int, handles: dict[str, str | None]) -> Told:
    """Let one check come, with its fate."""
    code, fate, handle = world.codes[place], world.fates[place], handles[world.handles.value[place]]
    if fate is not Fate.ANSWERED:
        lab.phone.fault(fate.value, "check")
    patience = {"deadline_seconds": _SHORT_SECONDS} if world.settled is Settled.GIVEN_UP else {}
    task_id = lab.check(_digits(lab, code), handle, **patience)
    lab.phone.remove_fault()
    if world.settled is Settled.AT_ONCE:
        _look_after(lab, [task_id])
    if world.settled is Settled.GIVEN_UP:
        lab.expire(task_id)
    if place == 0:
        _after_the_first(lab, world, handles["A"] or "")
    return Told(task_id=task_id, handle=handle, code=code)


def _press_again(lab: Lab, undecided: Told) -> Told:
    """Type the same code again, when Twilio's records are up to date."""
    lab.pass_time(lab.services.figures.attempts_lag_seconds)
    task_id = lab.check(_digits(lab, undecided.code), undecided.handle)
    _look_after(lab, [task_id])
    lab.expire(task_id)
    return replace(undecided, task_id=task_id, outcome=lab.outcome(task_id))


def _look_after(lab: Lab, task_ids: list[str]) -> None:
    """Deliver what is not over, in turn."""
    for _ in range(_DELIVERIES):
        for task_id in task_ids:
            if lab.run(task_id).result is None:
                lab.deliver(task_id)


def _digits(lab: Lab, code: Code) -> str:
    turned = {Code.RIGHT: 0, Code.WRONG: 1, Code.OTHER_WRONG: 2}[code]
    return "".join(str((int(digit) + turned) % 10) for digit in _first(lab)["code"])


def _after_the_first(lab: Lab, world: World, handle: str) -> None:
    if world.sent is Sent.ADOPTED:
        lab.deliver(handle)
    if world.sent is Sent.LOST_AND_FOLLOWED:
        lab.expire(handle)
    if world.sent in (Sent.FOLLOWED, Sent.LOST_AND_FOLLOWED):
        lab.send()
        lab.pass_time(3)
    if world.memory is Memory.ROTATED:
        lab.rotate_keys()
    if world.memory is Memory.ERASED:
        forget_codes(lab)


def forget_codes(lab: Lab) -> None:
    """Erase what was typed, as retention does."""
    with lab.database.transaction() as connection:
        connection.execute(update(TaskRun).where(TaskRun.operation == Operation.CHECK).values(code_hmac=None))


def is_approved(lab: Lab) -> bool:
    """Whether Twilio accepted the code in question: the first verification's."""
    return bool(_first(lab)["status"] == "approved")


def _first(lab: Lab) -> dict[str, Any]:
    return lab.phone.verifications(E164)[0]
