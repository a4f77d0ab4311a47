"""The table of doors: every place where a number or a code could get out, and what keeps it in.

Lives here: all doors, and the masks that are found in the code itself. docs/doors.md is written from it,
`make mutate-masks` takes each mask away.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.privacy.doors.celerys import CELERYS
from tests.privacy.doors.door import REPRS, Door, Mask
from tests.privacy.doors.ours import OURS
from tests.privacy.doors.texts import OWN

ROOT: Final = Path(__file__).parents[3]
PACKAGES: Final = ("gateway", "models", "phone_verification", "tasks", "worker", "examples")
REPR: Final = "repr and text of values, in anybody's log or traceback"


def modules() -> list[Path]:
    """Every module of the product."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _fields_out_of_reprs() -> Iterator[Mask]:
    """Find every field that a class keeps out of its repr; with the class in front its text is there once."""
    for path in modules():
        owner, before = path.stem, ""
        for line in path.read_text().splitlines(keepends=True):
            if line.startswith("class "):
                owner, before = re.split(r"\W", line.removeprefix("class "))[0], ""
            if "repr=False" in line:
                yield Mask(
                    what=f"repr of {owner} without {re.split(r'[ :=]', line.strip())[0]}",
                    file=path.relative_to(ROOT).as_posix(),
                    text=f"{before}{line}",
                    put=f"{before}{line.replace('repr=False', 'repr=True')}",
                    noticed_by=REPRS,
                )
            before += line


DOORS: Final[tuple[Door, ...]] = tuple(
    replace(door, masks=tuple(_fields_out_of_reprs())) if door.place == REPR else door
    for door in (*CELERYS, *OURS, *OWN)
)
MASKS: Final[tuple[Mask, ...]] = tuple(mask for door in DOORS for mask in door.masks)
