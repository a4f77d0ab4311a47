"""docs/doors.md, written from the table."""

from collections.abc import Iterator
from typing import Final

from tests.privacy.doors import DOORS, MASKS, REPR
from tests.privacy.doors.door import Door

_INTRODUCTION: Final = (
    "# Doors\n"
    "\n"
    "Every place that was found where a number or a code could get out of a worker, "
    "what would be seen there, and what keeps it in. "
    "Where they are instead, in which form and for how long, is in [privacy.md](privacy.md).\n"
    "Written by `make docs` from `tests/privacy/doors`. "
    "`make mutate-masks` takes each of the {masks} masks away, one at a time, in a copy of the tree, "
    "and runs the part of the canary that must then find something private.\n"
    "\n"
    "| where | what would be seen | what keeps it in |\n"
    "|---|---|---|\n"
)


def render_doors() -> str:
    """Write the table."""
    return _INTRODUCTION.format(masks=len(MASKS)) + "".join(f"{_row(door)}\n" for door in DOORS)


def _row(door: Door) -> str:
    return f"| {door.place} | {door.shows} | {'; '.join(_closed_by(door))} |"


def _closed_by(door: Door) -> Iterator[str]:
    if door.needs_none:
        yield f"no mask: {door.needs_none}"
    elif door.place == REPR:
        yield f"`repr=False`, {len(door.masks)} times"
    else:
        yield from (f"{mask.what} (`{mask.file}`)" for mask in door.masks)
