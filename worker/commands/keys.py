"""`new-key`: a key for HMAC_KEYS or SEAL_KEYS."""

from datetime import UTC, datetime

import click

from phone_verification.keys import make_key


@click.command("new-key")
@click.option("--id", "key_id", help="Its name; by default today's date.")
def new_key(key_id: str | None) -> None:
    """Print a new key: for the front of HMAC_KEYS, or at first for the end of SEAL_KEYS.

    docs/keys.md has the steps of a rotation.
    """
    click.echo(make_key(key_id or datetime.now(UTC).strftime("k%Y%m%d")))
