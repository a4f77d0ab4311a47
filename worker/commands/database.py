"""`db`: the schema, and the keys that its rows are found by."""

import click

from models import schema
from worker.commands.console import database as open_database
from worker.commands.rekey import rekey


@click.group("db")
def database() -> None:
    """Keep the database's schema and keys."""


database.add_command(rekey)


@database.command()
def upgrade() -> None:
    """Create or update the tables; safe to repeat."""
    with open_database() as opened:
        click.echo(f"the schema is at {schema.upgrade(opened.engine)}")


@database.command()
def check() -> None:
    """Say whether the tables are as this version wants them; exit 1 if not."""
    with open_database() as opened:
        current, newest = schema.current_revision(opened.engine), schema.newest_revision()
        if current != newest:
            raise click.ClickException(
                f"the schema is at {current or 'nothing'}, this version wants {newest}: "
                "python -m worker db upgrade"
            )
        differences = schema.differences(opened.engine)
    if differences:
        raise click.ClickException("tables differ from the models:\n  " + "\n  ".join(differences))
    click.echo(f"the schema is at {current}, as it should be")
