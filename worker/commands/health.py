"""`health`: whether the worker here works.

`worker/__main__.py` answers it without this file, sooner; here it is for the list of commands and its help.
"""

import click

from worker.health.probe import tell


@click.command()
def health() -> None:
    """Say whether the worker of this machine or container works.

    For supervisors: exit 0, 1 when it does not, 2 when that cannot be told. The worker writes HEALTH_FILE,
    this reads it; Redis, the database and Twilio are not asked, and a worker whose broker is away is healthy.
    """
    tell()
