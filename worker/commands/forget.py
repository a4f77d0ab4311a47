"""`forget`: one person is erased, and a receipt is printed."""

from collections import Counter
from collections.abc import Callable

import click

from models.database import Database
from models.refusals import DATABASE_TIME
from tasks.forget import GoingOn, held
from tasks.forget import forget as erase
from worker.commands.console import as_json, database, print_json
from worker.commands.person import PHONE_HELP, Person
from worker.commands.receipt import Receipt
from worker.commands.result_copies import Copies, ResultCopies
from worker.settings import TimedSettings, read_settings


@click.command()
@click.option("--phone", required=True, help=PHONE_HELP)
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def forget(phone: str, yes: bool, is_json: bool) -> None:  # noqa: FBT001 - click passes them by name
    """Erase one person: every row about a number, for good.

    Runs that are still going on are waited for, for two minutes at most. What the person has used up of the
    limits is forgotten too.
    """
    settings = read_settings(TimedSettings)
    person = Person.read(phone, settings)
    copies = ResultCopies()
    with database() as opened:
        if not yes:
            _confirm(person, held(opened, person.fingerprints))
        erased = erase(
            opened,
            person.fingerprints,
            settings.figures(),
            erase_results=copies,
            tell=_teller(),
        )
        receipt = _receipt(opened, person, erased, copies)
    if is_json:
        print_json(receipt.as_json())
    else:
        click.echo("\n".join(receipt.lines()))
    if copies.state is Copies.UNREACHABLE:
        raise click.ClickException(f"Celery's copies of results were {copies.state.value}")


def _confirm(person: Person, found: Counter[str]) -> None:
    click.echo(f"{person.masked}, rows by table:", err=True)
    for table, rows in found.items():
        click.echo(f"  {table:<16}{rows}", err=True)
    click.confirm("Erase all of it? It cannot be undone.", abort=True, err=True)


def _teller() -> Callable[[GoingOn], None]:
    """Return what tells of waiting: once for each number of runs, and every ten seconds."""
    told: set[tuple[int, int]] = set()

    def tell(waited_for: GoingOn) -> None:
        now = (waited_for.runs, int(waited_for.left_seconds // 10))
        if now not in told:
            told.add(now)
            click.echo(
                f"{waited_for.runs} runs are not over yet; waiting, "
                f"{max(waited_for.left_seconds, 0):.0f} s at most",
                err=True,
            )

    return tell


def _receipt(opened: Database, person: Person, erased: Counter[str], copies: ResultCopies) -> Receipt:
    row = opened.one(DATABASE_TIME, {})
    if row is None:
        raise click.ClickException("the database has no clock")
    return Receipt(
        erased_at=row[0],
        masked=person.masked,
        erased=erased,
        copies=copies.state,
        copies_erased=copies.erased,
    )
