"""What the commands share: a client and a database from the settings, and errors in one sentence."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from models.database import Database, open_database
from phone_verification import VerificationClient, VerificationClientError
from tasks.figures import Figures
from worker.bootstrap import make_client
from worker.settings import CallerSettings, DatabaseSettings, read_settings

as_json = click.option("--json", "is_json", is_flag=True, help="For scripts.")


@contextmanager
def client() -> Iterator[VerificationClient]:
    """Open a client; its errors become one sentence."""
    settings = read_settings(CallerSettings)
    with make_client(settings, Figures().scaled(settings.time_scale)) as opened:
        try:
            yield opened
        except VerificationClientError as error:
            raise click.ClickException(str(error)) from None


@contextmanager
def database() -> Iterator[Database]:
    """Open the database; its errors become one sentence."""
    opened = open_database(read_settings(DatabaseSettings).database_url.get_secret_value())
    try:
        yield opened
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"the database cannot be asked ({type(error).__name__}): is DATABASE_URL right, "
            "and is the schema there (python -m worker db upgrade)?"
        ) from None
    finally:
        opened.dispose()


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    """Print one JSON document."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print columns as wide as they need to be."""
    lines = [header, *[["" if cell is None else str(cell) for cell in row] for row in rows]]
    widths = [max(len(str(line[column])) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (str(cell).ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
