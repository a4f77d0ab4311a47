"""`python -m worker`: the operators' command line."""

import sys

if sys.argv[1:] == ["health"]:
    # A supervisor asks every few seconds: what the other commands import would cost a second each time.
    from worker.health.probe import tell

    tell()
else:
    from worker.commands import main

    main(prog_name="python -m worker")
