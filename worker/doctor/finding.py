"""What a check can find, and what it found: values, and nothing that asks anybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Level(StrEnum):
    """How bad it is; the worst of all is the exit status."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"

    @property
    def exit_status(self) -> int:
        """0 all is well, 1 worth a look, 2 codes do not arrive or promises do not hold."""
        return list(Level).index(self)


class Finding(BaseModel):
    """What one check found; `expects` are Twilio's codes of which a send will get one."""

    model_config = ConfigDict(frozen=True)

    section: str = Field(description="what the check belongs to")
    check: str = Field(description="the check's name, stable within a section")
    level: Level
    says: str = Field(description="what was found, numbers masked")
    fix: str = Field(description="what to do, in one sentence; empty when there is nothing to do")
    expects: tuple[int, ...] = Field(description="Twilio's codes, of which a send will get one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing that a check can find; `says` and `fix` name in braces the facts that they need."""

    check: "Check"
    level: Level
    says: str
    fix: str = ""
    expects: tuple[int, ...] = ()

    def found(self, expects: tuple[int, ...] = (), **facts: object) -> Finding:
        """Say so of these facts."""
        return Finding(
            section=self.check.section,
            check=self.check.name,
            level=self.level,
            says=self.says.format(**facts),
            fix=self.fix.format(**facts),
            expects=expects or self.expects,
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at, and why it matters."""

    section: str
    name: str
    matters: str

    def ok(self, says: str) -> Diagnosis:
        """All is well."""
        return Diagnosis(check=self, level=Level.OK, says=says)

    def warn(self, says: str, *, fix: str, expects: tuple[int, ...] = ()) -> Diagnosis:
        """Something is worth a look."""
        return Diagnosis(check=self, level=Level.WARN, says=says, fix=fix, expects=expects)

    def fail(self, says: str, *, fix: str, expects: tuple[int, ...] = ()) -> Diagnosis:
        """Codes do not arrive, or a promise does not hold."""
        return Diagnosis(check=self, level=Level.FAIL, says=says, fix=fix, expects=expects)


def exit_status(findings: Iterable[Finding]) -> int:
    """Return the worst level's."""
    return max((finding.level.exit_status for finding in findings), default=0)
