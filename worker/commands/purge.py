"""`purge`: what every worker does about once an hour, all of it at once and by hand."""

import sys
from collections import Counter
from datetime import datetime

import click

from models.database import Database
from models.retention import KEPT
from tasks.purge import count_old, old_before, oldest_left, remove_old
from worker.commands.console import as_json, database, print_json, print_table
from worker.settings import RetentionSettings, read_settings


@click.command()
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option(
    "--batch", default=1000, show_default=True, type=click.IntRange(1, 10_000), help="Rows at once."
)
@as_json
def purge(dry_run: bool, batch: int, is_json: bool) -> None:  # noqa: FBT001 - click passes them by name
    """Remove what is older than RETENTION_DAYS.

    Runs that are done, verifications that have expired, and what was noted of them: in short batches, while
    workers go on.
    """
    days = read_settings(RetentionSettings).retention_days
    with database() as opened:
        before = old_before(opened, days)
        found = count_old(opened, before)
        rows = found if dry_run else _remove(opened, before, batch, found.total())
        oldest = oldest_left(opened)
    tables = {table: (rows[table], oldest[table]) for table in oldest}
    (_print_json if is_json else _print)(tables, days, before, is_dry_run=dry_run)


def _remove(opened: Database, before: datetime, rows: int, total: int) -> Counter[str]:
    """Remove it all, with a bar for whoever watches; a script's output stays clean."""
    removed: Counter[str] = Counter()
    with click.progressbar(length=total, label="removing old rows", file=sys.stderr) as bar:
        for kept in KEPT:
            for batch in remove_old(opened, kept, before, rows=rows):
                removed.update(batch)
                bar.update(sum(batch.values()))
    return removed


def _print(
    tables: dict[str, tuple[int, datetime | None]], days: int, before: datetime, *, is_dry_run: bool
) -> None:
    said = "would be removed" if is_dry_run else "removed"
    print_table(
        ("table", said, "oldest row left" if not is_dry_run else "oldest row"),
        [
            (table, f"{rows:,}", oldest and f"{oldest:%Y-%m-%d %H:%M:%S}Z")
            for table, (rows, oldest) in tables.items()
        ],
    )
    click.echo(f"old is what was over before {before:%Y-%m-%d %H:%M:%S}Z: RETENTION_DAYS is {days}")


def _print_json(
    tables: dict[str, tuple[int, datetime | None]], days: int, before: datetime, *, is_dry_run: bool
) -> None:
    print_json(
        {
            "retention_days": days,
            "before": before.isoformat(),
            "dry_run": is_dry_run,
            "tables": {
                table: {
                    "old" if is_dry_run else "removed": rows,
                    "oldest_left": oldest and oldest.isoformat(),
                }
                for table, (rows, oldest) in tables.items()
            },
        }
    )
