"""The machine under the figures: what a process has used, as Linux counts it, and what it all ran on.

https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

_TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and all that it begot."""
    # A child is its thread's.
    threads = Path(f"/proc/{pid}/task").iterdir()
    children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    return [pid, *(member for child in children for member in family(child))]


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the processor time of these processes so far, their own and the system's for them."""
    return sum(_ticks(pid) for pid in pids) / _TICKS_A_SECOND


def _ticks(pid: int) -> int:
    # The name, which is in brackets, may hold anything.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def memory_mib(pids: Iterable[int]) -> float:
    """Return the resident memory of these processes."""
    return sum(_resident_kib(pid) for pid in pids) / 1024


def _resident_kib(pid: int) -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found.group(1)) if found else 0


def described() -> dict[str, Any]:
    """Describe the machine, and how busy it is with other things."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "processor": model.group(1) if model else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }
