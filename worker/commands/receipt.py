"""The deletion receipt: what was erased, and what no command of ours can erase.

Lives here: its content and its two forms. It goes into a file at somebody's desk, so it holds nothing by
which the number could be found again: no fingerprint, no task id.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import wrap
from typing import Any, Final
from uuid import uuid4

from worker.commands.result_copies import Copies

_WIDTH: Final = 80

NOT_ERASED: Final = {
    "Twilio": "Its logs show the number for a while: delete there what its API and Console let you. "
    "https://support.twilio.com/hc/en-us/articles/4410585868443",
    "backups": "Copies of the database still hold the rows: let them expire, and after a restore "
    "forget again.",
    "logs": "The worker's hold task ids and no number; delete the lines of the programs in front of it.",
    "Flower": "It remembers tasks with masked numbers: restart it, or delete the file of --persistent.",
    "your backend": "Its own tables and sessions are yours to erase.",
}
"""Where the person may still be known, and how to end that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof of one erasure; `erased` is rows by table, `copies` what became of Celery's results."""

    erased_at: datetime
    masked: str
    erased: Mapping[str, int]
    copies: Copies
    copies_erased: int
    id: str = field(default_factory=lambda: str(uuid4()))

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON can say it."""
        return {
            "receipt_id": self.id,
            "erased_at": self.erased_at.isoformat(),
            "phone": self.masked,
            "erased": dict(self.erased),
            "celery_results": {
                "state": self.copies.name.lower(),
                "erased": self.copies_erased,
                "explanation": self.copies.value,
            },
            "not_erased": [{"where": where, "how": how} for where, how in NOT_ERASED.items()],
        }

    def lines(self) -> Iterator[str]:
        """Write it for people, in 80 columns."""
        yield f"Deletion receipt {self.id}"
        yield from _entry("when", f"{self.erased_at:%Y-%m-%d %H:%M:%S}Z")
        yield from _entry("number", self.masked)
        for table, rows in self.erased.items():
            yield from _entry(table, str(rows))
        told = f"{self.copies_erased} erased" if self.copies is Copies.ERASED else self.copies.value
        yield from _entry("results", told)
        yield ""
        yield "Not erased, because no command of ours can:"
        for where, how in NOT_ERASED.items():
            yield from _entry(where, how)


def _entry(name: str, text: str) -> list[str]:
    first = f"  {name:<16}"
    return wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
