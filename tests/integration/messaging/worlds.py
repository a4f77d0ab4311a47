"""All worlds of up to three checks of codes of our own: what is typed, for whom, and what befalls it.

Lives here: the enumeration, and playing one world on a laboratory. The truth is read from the table before
each check: which codes live then, and how many tries each has left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final

from sqlalchemy import delete, select

from models.closed_sets import VerificationStatus
from models.provider_call import ProviderCall
from models.records import TRIES
from models.task_run import TaskRun
from models.verification import SendAttempt, Verification
from phone_verification.database_clock import seconds_until
from tests.integration.settling.lab import Lab

_MOST_CHECKS: Final = 3


class Code(StrEnum):
    """What the person types: the code of the first text, of the second, or one of two that are neither."""

    FIRST = "1"
    SECOND = "2"
    WRONG = "W"
    OTHER_WRONG = "V"


class Handle(StrEnum):
    """For which send, or for none but the number."""

    FIRST = "A"
    SECOND = "B"
    NUMBER = "N"


class Fate(StrEnum):
    """What befalls a check: nothing; its worker dies after the claim; it is delivered twice."""

    ANSWERED = "answered"
    KILLED = "killed"
    TWICE = "twice"


class Second(StrEnum):
    """When the second text is sent: before all checks, after the first, or while its answer is lost."""

    BEFORE = "before"
    BETWEEN = "between"
    IN_DOUBT = "in doubt"


class Between(StrEnum):
    """What happens after the first check: nothing, a new key, or ten minutes."""

    NOTHING = "nothing"
    ROTATION = "rotation"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One course of events; `used` tries were made on the first code before."""

    codes: tuple[Code, ...]
    handles: tuple[Handle, ...]
    fates: tuple[Fate, ...]
    second: Second
    between: Between
    used: int

    def __str__(self) -> str:
        checks = " ".join(
            f"{handle}:{code}-{fate}"
            for handle, code, fate in zip(self.handles, self.codes, self.fates, strict=True)
        )
        return f"{checks}, second {self.second}, {self.between}, {self.used} used"


def all_worlds() -> Iterator[World]:
    """Every world that can be: what was not sent yet is not typed, and is nobody's handle."""
    for length in range(1, _MOST_CHECKS + 1):
        for codes, handles, (fates, between, used), second in product(
            _typed(length), product(Handle, repeat=length), _variants(length), Second
        ):
            is_early = codes[0] is Code.SECOND or handles[0] is Handle.SECOND
            if not (second is Second.BETWEEN and is_early):
                yield World(
                    codes=codes, handles=handles, fates=fates, second=second, between=between, used=used
                )


def _typed(length: int) -> Iterator[tuple[Code, ...]]:
    """Wrong codes are interchangeable, so the first wrong one is always W."""
    for codes in product(Code, repeat=length):
        text = "".join(codes)
        if "V" not in text or -1 < text.find("W") < text.find("V"):
            yield codes


def _variants(length: int) -> Iterator[tuple[tuple[Fate, ...], Between, int]]:
    """What else happens: fates are mixed only where nothing does."""
    same = [(fate,) * length for fate in Fate]
    mixed = [*product((Fate.ANSWERED, Fate.KILLED), repeat=length), same[-1]]
    yield from product(mixed, [Between.NOTHING], (0, TRIES - 1))
    yield from product(same, [Between.ROTATION, Between.EXPIRY], (0,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one check was told, and whether its code lived, with tries left, when it was typed.

    `was_approved`: whether its handle's own verification had been approved by then, for whomever.
    """

    code: Code
    handle: Handle
    outcome: str
    is_replayed: bool
    was_living: bool
    was_approved: bool
    most_tries: int


def clear(lab: Lab) -> None:
    """Forget everything, here and at Twilio, and begin with one key."""
    lab.use_first_key()
    lab.phone.reset()
    with lab.database.transaction() as connection:
        for table in (ProviderCall, SendAttempt, Verification, TaskRun):
            connection.execute(delete(table))


class Play:
    """A world under way: who holds which handle, and which digits each text carried."""

    def __init__(self, lab: Lab, world: World) -> None:
        self.lab, self.world = lab, world
        self.ids: dict[Handle, str] = {}
        self.digits: dict[Code, str] = {}

    def whole(self) -> list[Told]:
        """Play it to its end; then press again whatever was approved."""
        clear(self.lab)
        self._send(Handle.FIRST, Code.FIRST)
        for used in range(self.world.used):
            self.lab.check(
                f"{(int(self.digits[Code.FIRST]) + 10 + used) % 10**6:06d}", self.ids[Handle.FIRST]
            )
        if self.world.second is not Second.BETWEEN:
            self._send(Handle.SECOND, Code.SECOND, is_lost=self.world.second is Second.IN_DOUBT)
        told = [self._check(place) for place in range(len(self.world.codes))]
        return told + [self._press(one.code, one.handle) for one in told if one.outcome == "approved"]

    def _send(self, handle: Handle, code: Code, *, is_lost: bool = False) -> None:
        if is_lost:
            self.lab.phone.fault("drop_after", "message")
        self.ids[handle] = self.lab.send()
        self.digits[code] = self.lab.sealed_code(self.ids[handle]) if is_lost else self.lab.code
        self.lab.phone.remove_fault()

    def _check(self, place: int) -> Told:
        world = self.world
        told = self._press(world.codes[place], world.handles[place], world.fates[place])
        if place == 0 and world.second is Second.BETWEEN:
            self._send(Handle.SECOND, Code.SECOND)
        if place == 0 and world.between is Between.ROTATION:
            self.lab.rotate_keys()
        if place == 0 and world.between is Between.EXPIRY:
            self.lab.pass_time(601)
        return told

    def _press(self, code: Code, handle: Handle, fate: Fate = Fate.ANSWERED) -> Told:
        living, approved = self._living(), self._approved()
        task_id = self._run(self._typed(code), self.ids.get(handle), fate)
        row = self.lab.run(task_id)
        return Told(
            code=code,
            handle=handle,
            outcome=self.lab.outcome(task_id),
            is_replayed=bool(row.result and row.result["replayed"]),
            was_living=self.ids.get(_SENT_FOR.get(code, Handle.NUMBER)) in living,
            was_approved=self.ids.get(handle) in approved,
            most_tries=self._most_tries(),
        )

    def _run(self, typed: str, verification_id: str | None, fate: Fate) -> str:
        if fate is not Fate.KILLED:
            task_id = self.lab.check(typed, verification_id)
            if fate is Fate.TWICE:
                self.lab.deliver(task_id)
            return task_id
        task_id = self.lab.killed_check(typed, verification_id)
        self.lab.die(task_id)
        self.lab.deliver(task_id)
        return task_id

    def _typed(self, code: Code) -> str:
        if code in self.digits:
            return self.digits[code]
        taken = set(self.digits.values())
        wrong = [f"{number:06d}" for number in range(4) if f"{number:06d}" not in taken]
        return wrong[0 if code is Code.WRONG else 1]

    def _living(self) -> set[str]:
        alive = select(Verification.id).where(
            Verification.status == VerificationStatus.PENDING,
            Verification.failed_checks < TRIES,
            seconds_until(Verification.expires_at) > 0,
        )
        with self.lab.database.transaction() as connection:
            return set(connection.execute(alive).scalars())

    def _approved(self) -> set[str]:
        approved = select(Verification.id).where(Verification.status == VerificationStatus.APPROVED)
        with self.lab.database.transaction() as connection:
            return set(connection.execute(approved).scalars())

    def _most_tries(self) -> int:
        with self.lab.database.transaction() as connection:
            return max(connection.execute(select(Verification.failed_checks)).scalars(), default=0)


_SENT_FOR: Final = {Code.FIRST: Handle.FIRST, Code.SECOND: Handle.SECOND}
