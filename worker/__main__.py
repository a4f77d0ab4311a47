"""`python -m worker`: the operators' command line."""

from worker.commands import main

main(prog_name="python -m worker")
