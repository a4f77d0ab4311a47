"""`sweep`: one pass of what every worker does every two seconds."""

import click

from tasks.sweep import sweep
from worker.bootstrap import make_services
from worker.settings import Settings, read_settings


@click.command("sweep")
def sweep_once() -> None:
    """End what is overdue and ring for what nobody came for, once."""
    swept = sweep(make_services(read_settings(Settings), concurrency=1))
    click.echo(f"freed {swept.lapsed}, ended {swept.ended}, rang for {swept.rung}")
