"""Another clock for a process: libfaketime, from the machine or from its wheel.

Only the wall clock is shifted: a host's wrong clock runs as fast as a right one.
https://github.com/wolfcw/libfaketime
"""

from glob import glob
from importlib.util import find_spec
from pathlib import Path


def shifted(seconds: int) -> dict[str, str]:
    """Return the environment of a process whose clock is wrong by so much."""
    return {
        "LD_PRELOAD": _library(),
        "FAKETIME": f"{seconds:+d}s",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _library() -> str:
    found = sorted(glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))  # noqa: PTH207 - a pattern from the root
    wheel = find_spec("libfaketime")
    if wheel is not None and wheel.origin is not None:
        found += [str(path) for path in Path(wheel.origin).parent.rglob("libfaketime*.so*")]
    if not found:
        raise RuntimeError("wrong clocks need libfaketime: install Debian's package libfaketime")
    return found[0]
