"""The open door: which messages with arguments are let in, and what they ask for.

Lives here: the three ways the door can stand, and the reading of a message, plain or sealed. Must not:
know the table, or say more of a message that is refused than why.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import structlog

from phone_verification.arguments import SEALED, AnyArguments, read_arguments, read_sealed
from phone_verification.errors import InvalidArgumentsError
from phone_verification.keys import SealBrokenError, Seals
from phone_verification.kinds import Operation

log: Final = structlog.get_logger()

SEAL_SECONDS: Final = 150
"""How far a token's own time may lie from this host's clock, either way; no setting scales it."""


class OpenDoor(StrEnum):
    """Which messages with arguments are run; one that is not is answered `invalid_request`."""

    PLAIN = "plain"
    SEALED = "sealed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a message asks for; `age_seconds` is since it was sealed, by two hosts' clocks."""

    arguments: AnyArguments
    age_seconds: float = 0

    @property
    def is_timely(self) -> bool:
        """Whether it may begin a run; if not, it may still go on with its own."""
        # Fernet's own ttl would grant 60 s into the future and no more.
        return abs(self.age_seconds) <= SEAL_SECONDS


def read_wish(
    door: OpenDoor,
    seals: Seals,
    operation: Operation,
    task_id: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Wish:
    """Read a message that carries arguments; raise InvalidArgumentsError naming the field."""
    if args:
        raise InvalidArgumentsError(field="(positional arguments)")
    if door is OpenDoor.CLOSED:
        raise InvalidArgumentsError(field="(the open door is closed)")
    if SEALED in kwargs:
        return _unsealed(seals, operation, task_id, read_sealed(kwargs))
    if door is OpenDoor.SEALED:
        raise InvalidArgumentsError(field="(the open door takes sealed arguments)")
    return Wish(arguments=read_arguments(operation, kwargs))


def _unsealed(seals: Seals, operation: Operation, task_id: str, token: str) -> Wish:
    try:
        values, sealed_at = seals.open(task_id, token), seals.sealed_at(token)
    except SealBrokenError as error:
        log.error("run.seal_broken", task_id=task_id, why=str(error))
        raise InvalidArgumentsError(field=SEALED) from None
    return Wish(arguments=read_arguments(operation, values), age_seconds=time.time() - sealed_at)
