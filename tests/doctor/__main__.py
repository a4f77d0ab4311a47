"""`python -m tests.doctor`: set an installation up, break it, and write docs/doctor-examples.md anew."""

import sys
import tempfile
from pathlib import Path

from simulator.process import running as simulator_running
from tests.doctor.examples import PAGE, write
from tests.doctor.installation import installation
from tests.postgres import postgres_server


def main() -> None:
    """Write the page; a minute."""
    with (
        tempfile.TemporaryDirectory() as directory,
        postgres_server() as postgres,
        simulator_running() as simulator,
        installation(Path(directory), postgres, simulator) as whole,
    ):
        write(PAGE, whole)
    sys.stdout.write(f"wrote docs/{PAGE.name}\n")


main()
