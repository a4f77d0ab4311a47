"""What a program left running, for tests of programs that start others."""

import os
from pathlib import Path


def bare_environment(folder: Path) -> dict[str, str]:
    """No settings at all, and a temporary folder of one's own."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)}


def left_in(folder: Path) -> list[str]:
    """Processes that still mention a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            text = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if entry.name != str(os.getpid()) and str(folder).encode() in text:
            found.append(entry.name)
    return found
