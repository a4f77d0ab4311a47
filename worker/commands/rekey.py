"""`db rekey`: how far the rotation of HMAC_KEYS is, and what comes next."""

from collections.abc import Sequence
from typing import Any

import click

from models.key_usage import TABLES, KeyUsage, OpenSends, open_sends, usage_of_keys
from phone_verification.keys import Fingerprints
from worker.commands.console import as_json, database, print_json, print_table
from worker.rotation import NextStep, next_step
from worker.settings import CallerSettings, read_settings

_NAMES = tuple(table.__tablename__ for table in TABLES)
_MISSING = "not in HMAC_KEYS"


@click.command()
@as_json
def rekey(is_json: bool) -> None:  # noqa: FBT001 - click passes it by name
    """Say how far the rotation of HMAC_KEYS is; exit 1 while the next step is not safe.

    Changes nothing. Run it with the settings of the workers; docs/keys.md has the steps.
    """
    roles = Fingerprints.parse(read_settings(CallerSettings).hmac_keys.get_secret_value()).roles()
    with database() as opened:
        click.echo("counting the rows under each key …", err=True)
        usages, sends = usage_of_keys(opened, roles), open_sends(opened)
    step = next_step(roles, usages, sends)
    shown = {key_id: role.value for key_id, role in roles.items()}
    shown |= {usage.key_id: _MISSING for usage in usages if usage.key_id not in roles}
    if is_json:
        print_json(_document(shown, usages, sends, step))
    else:
        _print(shown, usages, sends, step)
    if not step.is_safe:
        raise SystemExit(1)


def _print(shown: dict[str, str], usages: Sequence[KeyUsage], sends: OpenSends, step: NextStep) -> None:
    found = {(usage.key_id, usage.table): usage for usage in usages}
    lines = [
        (key_id, role, name, *_cells(found.get((key_id, name))))
        for key_id, role in shown.items()
        for name in _NAMES
    ]
    print_table(("key", "role", "table", "rows", "youngest (UTC)"), lines)
    click.echo(f"\nopen sends: {sends.count}")
    click.echo(click.wrap_text(f"next: {step.sentence}", 80, subsequent_indent="      "))


def _cells(usage: KeyUsage | None) -> tuple[object, object]:
    return (0, None) if usage is None else (usage.rows, f"{usage.youngest_at:%Y-%m-%d %H:%M}")


def _document(
    shown: dict[str, str], usages: Sequence[KeyUsage], sends: OpenSends, step: NextStep
) -> dict[str, Any]:
    return {
        "keys": [
            {
                "id": key_id,
                "role": role,
                "rows": {usage.table: usage.rows for usage in usages if usage.key_id == key_id},
                "youngest_at": {
                    usage.table: usage.youngest_at.isoformat() for usage in usages if usage.key_id == key_id
                },
            }
            for key_id, role in shown.items()
        ],
        "open_sends": sends.count,
        "open_sends_end_in_seconds": round(sends.last_ends_in_seconds),
        "next": step.sentence,
        "is_safe": step.is_safe,
    }
