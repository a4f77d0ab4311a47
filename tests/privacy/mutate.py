"""`make mutate-masks`: takes each mask away, one at a time, and sees whether the canary notices.

Lives here: the runner. Each mask is taken away in a copy of the tree, and only the part of the canary is run
that should notice. It counts as killed when that part fails *because something private was found*.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from tests.privacy.doors import MASKS, ROOT, Mask

A_FIND: Final = re.compile(r", form \d")
"""What the names of all finds have in common (tests/spellings.py)."""

_LONGEST_SECONDS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of a mask's absence: `killed`, `SURVIVED`, or `BROKEN` when it failed without a find."""

    mask: Mask
    word: str
    seconds: float
    said: str


def taken_away(mask: Mask, tree: Path) -> None:
    """Take a mask away in a copy of the tree; raises ValueError when its text is not there exactly once."""
    path = tree / mask.file
    text = path.read_text()
    if text.count(mask.text) != 1:
        raise ValueError(f"{mask.file} has the text of '{mask.what}' {text.count(mask.text)} times")
    path.write_text(text.replace(mask.text, mask.put))


def tried(mask: Mask) -> Fate:
    """Copy the tree, take the mask away, and run the part of the canary that should notice."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutant-") as directory:
        tree = Path(directory) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "dist"))
        taken_away(mask, tree)
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-vv", "-x", "-p", "no:cacheprovider", mask.noticed_by],
            cwd=tree,
            capture_output=True,
            text=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    word = "killed" if A_FIND.search(ran.stdout) else "BROKEN"
    return Fate(
        mask=mask,
        word=word if ran.returncode else "SURVIVED",
        seconds=time.monotonic() - began,
        said=ran.stdout + ran.stderr,
    )


@click.command(help=__doc__)
@click.option("--only", default="", help="A word of the mask's name or file.")
@click.option("--jobs", default=2, show_default=True, help="How many at once.")
def main(only: str, jobs: int) -> None:
    """Take them away, say what became of each, and exit with 1 if any is not missed."""
    masks = [mask for mask in MASKS if only in f"{mask.what} {mask.file}"]
    click.echo(f"taking {len(masks)} masks away, {jobs} at a time; some seconds each")
    fates = []
    with ThreadPoolExecutor(jobs) as pool:
        for done, each in enumerate(as_completed([pool.submit(tried, mask) for mask in masks]), start=1):
            fates.append(each.result())
            tell(fates[-1], f"{done:3}/{len(masks)}")
    left = sum(fate.word != "killed" for fate in fates)
    click.echo(f"{len(fates) - left} killed, {left} not missed")
    sys.exit(bool(left))


def tell(fate: Fate, place: str) -> None:
    """Say what became of a mask's absence; what the test said where that is not as it should be."""
    click.echo(f"{place} {fate.word:8} {fate.seconds:5.1f} s  {fate.mask.file}")
    click.echo(f"                          {fate.mask.what}")
    if fate.word != "killed":
        click.echo(f"{fate.mask.noticed_by}\n{fate.said[-3000:]}")


if __name__ == "__main__":
    main()
