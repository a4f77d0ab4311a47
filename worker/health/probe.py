"""`python -m worker health`: asked every few seconds, answered before anything else is imported.

Lives here: the command, for people and supervisors. It reads one variable by itself: the settings' reader
would cost it half a second of the machine each time.
"""

import os
import sys
from pathlib import Path

from worker.health.pulse import read_complaint


def tell() -> None:
    """Say whether the worker here works; exit 0, 1 when not, 2 when that cannot be told."""
    file = os.environ.get("HEALTH_FILE")
    if not file:
        sys.stderr.write("HEALTH_FILE is not set: start the worker with it, and ask with the same\n")
        sys.exit(2)
    complaint = read_complaint(Path(file))
    sys.stdout.write(f"unhealthy: {complaint}\n" if complaint else "healthy\n")
    sys.exit(1 if complaint else 0)
