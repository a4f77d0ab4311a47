"""docs/reliability.md's table, from the records of a run.

Lives here: the block between two markers. What stands around it is written by hand.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.faults.record import Record

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
_BEGIN: Final = "<!-- faults: written by `make faults`, do not edit -->"
_END: Final = "<!-- end of faults -->"


def render(records: Iterable[Record]) -> str:
    """Write one row for each case, in order of name, without dates."""
    rows = sorted(records, key=lambda record: record.case)
    kept = sum(not record.broken for record in rows)
    head = [
        f"{kept} of {len(rows)} cases kept every promise.",
        "",
        "| case | injected | runs | texts | ended | verdict |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_row(record) for record in rows)])


def write_table(records: Iterable[Record], page: Path = PAGE) -> None:
    """Put the table into the page, between its markers."""
    before, _, rest = page.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    page.write_text(f"{before}{_BEGIN}\n\n{render(records)}\n\n{_END}{after}")


def _row(record: Record) -> str:
    endings = ", ".join(f"{name} {count}" for name, count in sorted(record.outcomes.items()))
    verdict = "kept" if not record.broken else f"broken: {len(record.broken)}"
    injected = "; ".join(_shortened(record.injected))
    return f"| {record.case} | {injected} | {record.runs} | {record.texts} | {endings} | {verdict} |"


def _shortened(injected: list[str]) -> Iterator[str]:
    """Name each fault once, with how often; a soak's are too many to name."""
    names = list(dict.fromkeys(injected))
    if len(names) > 8:
        yield f"{len(injected)} faults of {len(names)} kinds"
        return
    for name in names:
        times = injected.count(name)
        yield name if times == 1 else f"{name} ×{times}"
