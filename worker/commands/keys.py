"""`new-key`: a key for HMAC_KEYS or SEAL_KEYS."""

import base64
import secrets
from datetime import UTC, datetime

import click

_KEY_BYTES = 32


@click.command("new-key")
@click.option("--id", "key_id", help="Its name; by default today's date.")
def new_key(key_id: str | None) -> None:
    """Print a new key, to be put in front of HMAC_KEYS or SEAL_KEYS."""
    name = key_id or datetime.now(UTC).strftime("k%Y%m%d")
    click.echo(f"{name}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}")
