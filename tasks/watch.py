"""The watch: whether hardly anybody of a country or a number block verifies.

Whoever pumps texts for money is paid for texts and types no codes. Lives here: one process' list of
suspects, read anew now and then by a thread of its own, and what the list says of a send.
"""

import threading
from collections.abc import Iterator
from typing import Final

import structlog

from models.closed_sets import GuardRule
from models.conversion import UNVERIFIED
from models.database import Database
from phone_verification.keys import Fingerprints, Label
from phone_verification.phone_numbers import PhoneNumber
from tasks.guard import Objection
from tasks.rules import WatchRules

log: Final = structlog.get_logger()

_BLOCK_DIGITS: Final = 4


def block_fingerprint(keys: Fingerprints, number: PhoneNumber) -> str:
    """Fingerprint the block that a number is handed out in: all but its last four digits."""
    return keys.oldest(Label.NUMBER_BLOCK, number.e164[:-_BLOCK_DIGITS])


class Watch:
    """Knows whom to suspect; safe to share between threads."""

    def __init__(self, rules: WatchRules) -> None:
        self.rules: Final = rules
        self._suspects: dict[tuple[GuardRule, str], Objection] = {}
        self._reading = threading.Lock()

    def read(self, database: Database) -> None:
        """Read who is to be suspected now, and tell of whoever was not before."""
        if not self.rules.is_on:
            return
        with self._reading:
            known, self._suspects = self._suspects, dict(self._read(database))
        for suspect, objection in self._suspects.items():
            if suspect not in known:
                log.error("watch.suspect", rule=objection.rule.value, **objection.inputs)

    def objection(self, keys: Fingerprints, number: PhoneNumber) -> Objection | None:
        """Say whether this number's country or block is a suspect."""
        blocks = keys.every(Label.NUMBER_BLOCK, number.e164[:-_BLOCK_DIGITS])
        candidates = [
            (GuardRule.UNVERIFIED_COUNTRY, number.country),
            *((GuardRule.UNVERIFIED_NUMBER_BLOCK, block) for block in blocks),
        ]
        suspects = self._suspects
        return next((suspects[one] for one in candidates if one in suspects), None)

    def _read(self, database: Database) -> Iterator[tuple[tuple[GuardRule, str], Objection]]:
        for window_seconds, share in self.rules.windows:
            names = {
                "window_seconds": window_seconds,
                "patience_seconds": self.rules.patience_seconds,
                "share": share,
                "least": self.rules.least,
            }
            for row in database.all(UNVERIFIED, names):
                rule = GuardRule(row.rule)
                inputs = {
                    "whose": row.whose,
                    "verifications": row.verifications,
                    "approved": row.approved,
                    "window_seconds": window_seconds,
                    "share": share,
                    "least": self.rules.least,
                }
                yield (rule, row.whose), Objection(rule=rule, wait_seconds=window_seconds, inputs=inputs)
