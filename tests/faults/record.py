"""One line of JSON for each case, judged or not, for the table in docs/reliability.md."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was injected, how many runs and texts there were, how the runs ended, what was broken."""

    case: str
    injected: list[str]
    runs: int
    texts: int
    outcomes: dict[str, int]
    broken: list[str]

    @classmethod
    def unjudged(cls, case: str, injected: list[str]) -> Self:
        """Return the row of a case that failed before it could be judged."""
        broken = ["it ended before it was judged"]
        return cls(case=case, injected=injected, runs=0, texts=0, outcomes={}, broken=broken)


def write(record: Record) -> None:
    """Append it to the file named by FAULTS_RECORD, if there is one."""
    path = os.environ.get("FAULTS_RECORD")
    if path:
        with Path(path).open("a") as file:
            file.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")


def read(path: Path) -> list[Record]:
    """Read them back."""
    return [Record(**json.loads(line)) for line in path.read_text().splitlines()]
