"""The command line: one file a command, gathered here.

Lives here: what an operator types. Must not: be needed by the running worker.
"""

import logging
from importlib.util import find_spec

import click

from worker.commands.ask import check, message, send
from worker.commands.database import database
from worker.commands.decisions import decisions
from worker.commands.doctor import doctor
from worker.commands.forget import forget
from worker.commands.health import health
from worker.commands.keys import new_key
from worker.commands.look import runs, status
from worker.commands.purge import purge
from worker.commands.sweep import sweep_once


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
def main() -> None:
    """Verify phone numbers: try it, ask, look, and keep the database."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")


for _command in (
    *(send, check, message, status, runs, decisions, database),
    *(doctor, health, sweep_once, purge, forget, new_key),
):
    main.add_command(_command)

# An image for production holds no stand-in for Twilio.
if find_spec("simulator") and find_spec("aiohttp"):
    from worker.commands.demo import demo
    from worker.commands.simulator import simulator

    main.add_command(demo)
    main.add_command(simulator)
