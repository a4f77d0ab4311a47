"""`status` and `runs`: what became of it."""

import click
from sqlalchemy import select

from models import SendAttempt, TaskRun
from models.deliveries import of_newest_text
from phone_verification.kinds import ErrorKind, PollState, RunState
from worker.commands.ask import describe
from worker.commands.console import as_json, client, database, print_json, print_table
from worker.commands.person import PHONE_HELP, Person
from worker.settings import CallerSettings, read_settings

_COLUMNS = (
    TaskRun.created_at,
    TaskRun.task_id,
    TaskRun.operation,
    TaskRun.phone_masked,
    TaskRun.state,
    TaskRun.outcome,
    TaskRun.error_kind,
    TaskRun.provider_code,
    TaskRun.posts,
    of_newest_text(SendAttempt.delivery_status),
    of_newest_text(SendAttempt.delivery_reason),
    TaskRun.finished_at,
)


@click.command()
@click.argument("task_id")
@as_json
def status(task_id: str, is_json: bool) -> None:  # noqa: FBT001 - click passes it by name
    """Tell where TASK_ID stands, as callers are told."""
    with client() as verifications:
        found = verifications.status(task_id)
    if is_json:
        print_json(found.model_dump(mode="json"))
    else:
        describe(found)
    if found.state is PollState.NOT_FOUND:
        raise SystemExit(1)


@click.command()
@click.option("--limit", default=20, show_default=True, help="How many, newest first.")
@click.option("--state", type=click.Choice([state.value for state in RunState]))
@click.option("--kind", type=click.Choice([kind.value for kind in ErrorKind]), help="Ended by this error.")
@click.option("--phone", help=f"Of one number. {PHONE_HELP}")
@as_json
def runs(limit: int, state: str | None, kind: str | None, phone: str | None, is_json: bool) -> None:  # noqa: FBT001
    """List the newest runs, numbers masked."""
    query = select(*_COLUMNS).order_by(TaskRun.created_at.desc()).limit(limit)
    if state is not None:
        query = query.where(TaskRun.state == RunState(state))
    if kind is not None:
        query = query.where(TaskRun.error_kind == ErrorKind(kind))
    if phone is not None:
        person = Person.read(phone, read_settings(CallerSettings))
        query = query.where(TaskRun.phone_fingerprint.in_(person.fingerprints))
    with database() as opened, opened.transaction() as connection:
        rows = connection.execute(query).all()
    if is_json:
        print_json([dict(row._mapping) for row in rows])  # noqa: SLF001 - SQLAlchemy's public name
        return
    print_table(
        ("when", "task", "asked", "phone", "state", "because"),
        [
            (
                f"{row.created_at:%m-%d %H:%M:%S}",
                row.task_id,
                row.operation.value,
                row.phone_masked,
                ", ".join(one.value for one in (row.outcome or row.state, row.delivery_status) if one),
                ", ".join(one.value for one in (row.error_kind, row.delivery_reason) if one),
            )
            for row in rows
        ],
    )
