"""Erasing codes: their HMACs go soon after the verification that they were typed for has expired.

Lives here: one pass over both tables. A code has a million values, so an HMAC of one hides it only from
whoever has no key. An erased one means "cannot be compared" to the checks (tasks/known.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable

from models.database import Database
from models.retention import ERASE_CODES_OF_RUNS, ERASE_CODES_OF_VERIFICATIONS
from tasks.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How many codes one pass erased: what was typed, and what was approved."""

    typed: int
    approved: int


def erase_codes(services: Services) -> Erased:
    """Erase every code whose time has come, in batches; several workers may do so at once."""
    figures, database = services.figures, services.database
    names = {"kept_seconds": figures.code_kept_seconds, "limit": figures.purge_rows}
    typed = _batches(database, ERASE_CODES_OF_RUNS, {**names, "ttl_seconds": services.ttl_seconds})
    approved = _batches(database, ERASE_CODES_OF_VERIFICATIONS, names)
    return Erased(typed=sum(typed), approved=sum(approved))


def _batches(database: Database, statement: Executable, names: dict[str, Any]) -> Iterator[int]:
    """Run a statement until a batch is not full, each in a transaction of its own."""
    while True:
        erased = len(database.all(statement, names))
        yield erased
        if erased < names["limit"]:
            return
