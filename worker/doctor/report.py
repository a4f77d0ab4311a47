"""Findings as people and scripts read them.

Lives here: two forms, and the shape of the second. Colour and progress are the command's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Final

from pydantic import BaseModel, Field

from worker.doctor.finding import Finding, Level, exit_status

_WIDTH: Final = 80
_LEVEL_WIDTH: Final = 4
_CHECK_WIDTH: Final = 18
_PLURALS: Final = {
    Level.FAIL: ("failure", "failures"),
    Level.WARN: ("warning", "warnings"),
    Level.OK: ("ok", "ok"),
}


class Report(BaseModel):
    """What `doctor --json` prints."""

    version: int = Field(default=1, description="raised when a field changes its meaning")
    exit_status: int = Field(description="0 all is well, 1 worth a look, 2 codes do not arrive", ge=0, le=2)
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> "Report":
        """Gather the findings."""
        return cls(exit_status=exit_status(findings), findings=tuple(findings))


def lines_of(finding: Finding) -> Iterator[str]:
    """Write one finding in 80 columns: what was found, below it what to do."""
    level = finding.level.value if finding.level is Level.OK else finding.level.value.upper()
    head = f"  {level:<{_LEVEL_WIDTH}}  {finding.check:<{_CHECK_WIDTH}}  "
    yield from _wrapped(finding.says, head, " " * len(head))
    if finding.fix:
        yield from _wrapped(finding.fix, f"{'':<{len(head) - 3}}-> ", " " * len(head))


def summary(findings: Iterable[Finding]) -> str:
    """Count the findings, the worst first."""
    counts = Counter(finding.level for finding in findings)
    told = (f"{counts[level]} {words[counts[level] != 1]}" for level, words in _PLURALS.items())
    return ", ".join(told)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=True,
        break_on_hyphens=False,
    )
