"""Identifiers in Twilio's shape: two letters and 32 hexadecimal digits."""

import secrets


def new_sid(prefix: str) -> str:
    """A fresh identifier, e.g. `VE` for a verification."""
    return prefix + secrets.token_hex(16)
