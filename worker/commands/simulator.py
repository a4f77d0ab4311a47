"""`simulator`: a Twilio you own, on loopback."""

import subprocess
import sys

import click


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def simulator(options: tuple[str, ...]) -> None:
    """Serve a stand-in for Twilio; options as of `python -m simulator --help`."""
    command = [sys.executable, "-m", "simulator", *options]
    try:
        sys.exit(subprocess.call(command))  # noqa: S603 - our own program, no shell
    except KeyboardInterrupt:
        sys.exit(0)
