"""The watch: whether hardly anybody of a country or a number block verifies.

Whoever pumps texts for money is paid for texts and types no codes. Lives here: one process' list of
suspects, read anew now and then by a thread of its own, and what the list says of a send.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Final

import structlog

from models.closed_sets import GuardRule
from models.conversion import UNVERIFIED
from models.database import Database
from phone_verification.keys import Fingerprints, Label
from phone_verification.phone_numbers import PhoneNumber
from tasks.guard import Objection
from tasks.rules import WatchRules, Window

log: Final = structlog.get_logger()

_BLOCK_DIGITS: Final = 4


def block_fingerprint(keys: Fingerprints, number: PhoneNumber) -> str:
    """Fingerprint the block that a number is handed out in: all but its last four digits."""
    return keys.of(Label.NUMBER_BLOCK, _block(number))


def _block(number: PhoneNumber) -> str:
    return number.e164[:-_BLOCK_DIGITS]


Suspects = Mapping[tuple[GuardRule, str], Objection]


class Watch:
    """Knows whom to suspect; `read` belongs to one thread, anybody may ask."""

    def __init__(self, rules: WatchRules) -> None:
        self._rules = rules
        self._due_at = dict.fromkeys(rules.windows, 0.0)
        self._suspects: dict[Window, Suspects] = {}

    def read(self, database: Database) -> None:
        """Read who is to be suspected by every window whose pause is over, and tell of whoever is new."""
        for window, due_at in self._due_at.items():
            if time.monotonic() >= due_at:
                known, found = self._suspects.get(window, {}), self._read(database, window)
                self._suspects[window] = found
                self._due_at[window] = time.monotonic() + window.pause_seconds
                _tell([found[suspect] for suspect in found if suspect not in known])

    def objection(self, keys: Fingerprints, number: PhoneNumber) -> Objection | None:
        """Say whether this number's country or block is a suspect."""
        blocks = keys.every(Label.NUMBER_BLOCK, _block(number))
        candidates = [
            (GuardRule.UNVERIFIED_COUNTRY, number.country),
            *((GuardRule.UNVERIFIED_NUMBER_BLOCK, block) for block in blocks),
        ]
        for suspects in list(self._suspects.values()):
            for candidate in candidates:
                if candidate in suspects:
                    return suspects[candidate]
        return None

    def _read(self, database: Database, window: Window) -> Suspects:
        figures = {
            "window_seconds": window.window_seconds,
            "share": window.share,
            "least": self._rules.least,
        }
        names = {**figures, "patience_seconds": self._rules.patience_seconds}
        return {
            (GuardRule(row.rule), row.whose): Objection(
                rule=GuardRule(row.rule),
                wait_seconds=window.window_seconds,
                inputs={
                    **figures,
                    "whose": row.whose,
                    "verifications": row.verifications,
                    "approved": row.approved,
                },
            )
            for row in database.all(UNVERIFIED, names)
        }


def _tell(objections: Iterable[Objection]) -> None:
    for objection in objections:
        log.error("watch.suspect", rule=objection.rule.value, **objection.inputs)
