"""The file between a worker and its supervisor: until when the worker is believed, and what is wrong with it.

Lives here: its form. Standard library only: the supervisor's side is asked every few seconds, and starts anew
each time.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

BEAT_SECONDS: Final = 2.0
_BELIEVED_SECONDS: Final = 20.0
"""A busy machine may keep a thread waiting for seconds; ten beats it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """One beat. Times are of the machine's monotonic clock, which processes and containers share."""

    written_at: float
    believed_until: float
    complaint: str | None


def write_pulse(path: Path, complaint: str | None) -> None:
    """Write a beat, whole or not at all; raise OSError when that is impossible."""
    now = time.monotonic()
    pulse = Pulse(written_at=now, believed_until=now + _BELIEVED_SECONDS, complaint=complaint)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(json.dumps(asdict(pulse)))
    fresh.replace(path)


def read_complaint(path: Path) -> str | None:
    """Return what is wrong with the worker that writes there, or None when it works."""
    try:
        pulse = Pulse(**json.loads(path.read_text()))
    except FileNotFoundError:
        return "no worker has begun here"
    except (OSError, ValueError, TypeError) as error:
        return f"the worker's file cannot be read ({type(error).__name__})"
    now = time.monotonic()
    # What was written before a reboot lies in the future: the clock began anew.
    if not pulse.written_at <= now <= pulse.believed_until:
        return f"the worker's last beat is {abs(now - pulse.written_at):.0f} s old: it is frozen, or gone"
    return pulse.complaint
