"""Settings: what the backend reads from the environment; the values are the worker's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

_NEEDED: Final = {
    "DATABASE_URL": "postgresql+psycopg://user:password@host/name",
    "CELERY_BROKER_URL": "redis://:password@host:6379/0",
    "HMAC_KEYS": "id:base64, newest first",
    "SEAL_KEYS": "id:base64, newest first",
}


class SettingsError(SystemExit):
    """Raised when the backend cannot start; its text names every setting that is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the client of the worker needs."""

    database_url: str = field(repr=False)
    celery_broker_url: str = field(repr=False)
    hmac_keys: str = field(repr=False)
    seal_keys: str = field(repr=False)
    default_region: str = "KR"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the environment; raise SettingsError with everything that is missing."""
        missing = [f"  {name}: {example}" for name, example in _NEEDED.items() if not environment.get(name)]
        if missing:
            raise SettingsError("\n".join(["Cannot start: not set, though the worker has it:", *missing]))
        return cls(
            **{name.lower(): environment[name] for name in _NEEDED},
            default_region=environment.get("DEFAULT_REGION") or "KR",
        )
