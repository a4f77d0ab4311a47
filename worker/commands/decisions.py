"""`decisions`: what the guard has objected to."""

import click
from sqlalchemy import select

from models import GuardDecision, GuardRule
from worker.commands.console import as_json, database, print_json, print_table

_COLUMNS = (
    GuardDecision.decided_at,
    GuardDecision.task_id,
    GuardDecision.rule,
    GuardDecision.is_enforced,
    GuardDecision.inputs,
)


@click.command()
@click.option("--limit", default=20, show_default=True, help="How many, newest first.")
@click.option("--rule", type=click.Choice([rule.value for rule in GuardRule]))
@as_json
def decisions(limit: int, rule: str | None, is_json: bool) -> None:  # noqa: FBT001 - click passes it by name
    """List what the guard refused, or would have, and on which figures."""
    query = select(*_COLUMNS).order_by(GuardDecision.id.desc()).limit(limit)
    if rule is not None:
        query = query.where(GuardDecision.rule == GuardRule(rule))
    with database() as opened:
        rows = opened.all(query, {})
    if is_json:
        print_json([dict(row._mapping) for row in rows])  # noqa: SLF001 - SQLAlchemy's public name
        return
    print_table(
        ("when", "task", "refused", "rule"),
        [
            (
                f"{row.decided_at:%m-%d %H:%M:%S}",
                row.task_id,
                "yes" if row.is_enforced else "no",
                row.rule.value,
            )
            for row in rows
        ],
    )
