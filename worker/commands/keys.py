"""`new-key`: a key for HMAC_KEYS or SEAL_KEYS."""

from datetime import UTC, datetime

import click

from phone_verification.keys import make_key


@click.command("new-key")
@click.option("--id", "key_id", help="Its name; by default today's date.")
def new_key(key_id: str | None) -> None:
    """Print a new key, to be put in front of HMAC_KEYS or SEAL_KEYS."""
    click.echo(make_key(key_id or datetime.now(UTC).strftime("k%Y%m%d")))
