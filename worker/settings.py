"""Settings: the one reader of the environment.

Lives here: what each process needs, checked all at once. Secrets are masked wherever they are shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from phone_verification.keys import Fingerprints, Seals
from tasks.figures import Figures
from tasks.open_door import OpenDoor
from tasks.rules import GuardSettings, Rules
from worker.text_settings import TextSettings


class SettingsError(SystemExit):
    """Raised when a process cannot start; its text names every problem and how to mend it."""


def _split(value: object) -> object:
    return (
        [item.strip().upper() for item in value.split(",") if item.strip()]
        if isinstance(value, str)
        else value
    )


def _hmac_keys(value: SecretStr) -> SecretStr:
    Fingerprints.parse(value.get_secret_value())
    return value


def _seal_keys(value: SecretStr) -> SecretStr:
    Seals.parse(value.get_secret_value())
    return value


_HMAC_HELP = "id:base64 (python -m worker new-key), newest first; the last not :retired is used: docs/keys.md"
_SEAL_HELP = "id:base64 (python -m worker new-key); the first seals, each opens: docs/keys.md"


class BrokerSettings(BaseSettings):
    """What Flower and every Celery command need."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    celery_broker_url: Annotated[SecretStr, Field(description="redis://:password@host:6379/0")] = SecretStr(
        "redis://127.0.0.1:6379/0"
    )
    celery_result_backend: Annotated[
        SecretStr, Field(description="redis://… for open-door callers; disabled:// without them")
    ] = SecretStr("redis://127.0.0.1:6379/1")


class LogSettings(BaseSettings):
    """How every process logs."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    log_format: Annotated[Literal["json", "console"], Field(description="json or console")] = "json"
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(description="DEBUG INFO WARNING ERROR")
    ] = "INFO"


class MetricsSettings(BaseSettings):
    """Where a worker tells what it counts."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    metrics_port: Annotated[
        int, Field(ge=0, le=65_535, description="Prometheus' endpoint, one a worker process; 0 for none")
    ] = 0
    metrics_host: Annotated[
        str, Field(min_length=1, description="the address it listens at; in a container 0.0.0.0")
    ] = "127.0.0.1"


class DatabaseSettings(BaseSettings):
    """What the schema commands need."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: Annotated[SecretStr, Field(description="postgresql+psycopg://user:password@host/name")]
    database_pool_size: Annotated[
        int, Field(gt=0, le=200, description="connections, at most; they are kept")
    ] = 15


class CallerSettings(BrokerSettings, DatabaseSettings):
    """What a caller needs: the worker's keys, and where a number without a country code is from."""

    hmac_keys: Annotated[SecretStr, AfterValidator(_hmac_keys), Field(description=_HMAC_HELP)]
    seal_keys: Annotated[SecretStr, AfterValidator(_seal_keys), Field(description=_SEAL_HELP)]
    default_region: Annotated[
        str, Field(pattern=r"^[A-Z]{2}$", description="country of numbers without +, as ISO 3166")
    ] = "KR"
    time_scale: Annotated[
        float, Field(gt=0, le=10, description="multiplies every figure in seconds; for tests")
    ] = 1


class TimedSettings(CallerSettings, Figures):
    """What a caller needs, with the figures that time its runs."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    def figures(self) -> Figures:
        """Return the figures, scaled by the one knob."""
        names = Figures.model_fields
        return Figures(**{name: getattr(self, name) for name in names}).scaled(self.time_scale)


class RetentionSettings(DatabaseSettings):
    """What `purge` needs."""

    retention_days: Annotated[
        int, Field(gt=0, le=36_500, description="how long ended runs, and what belongs to them, are kept")
    ] = 30


class Settings(TimedSettings, RetentionSettings, LogSettings, MetricsSettings, GuardSettings, TextSettings):
    """What the worker needs."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    health_file: Annotated[
        Path | None, Field(description="a file of this worker's own, which python -m worker health reads")
    ] = None
    one_core: Annotated[
        bool, Field(description="keep a worker's threads on one core at a time: docs/performance.md")
    ] = True
    twilio_account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$", description="AC…")]
    twilio_auth_token: Annotated[
        SecretStr | None, Field(description="the account's token, or an API key below")
    ] = None
    twilio_api_key: Annotated[str | None, Field(pattern=r"^SK[0-9a-fA-F]{32}$", description="SK…")] = None
    twilio_api_secret: Annotated[SecretStr | None, Field(description="the API key's secret")] = None
    twilio_intent_rate_limit: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9_.-]{1,64}$",
            description="unique name of a Verify rate limit, Max 1 per 600 s: one text per intent",
        ),
    ] = None
    verification_ttl_seconds: Annotated[
        float, Field(ge=120, le=86_400, description="life of a code, as the service has it")
    ] = 600
    allowed_countries: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]],
        NoDecode,
        BeforeValidator(_split),
        Field(min_length=1, description="ISO 3166, comma-separated"),
    ] = ["KR"]
    open_door: Annotated[
        OpenDoor,
        Field(
            description="of messages with arguments: plain takes all, sealed only sealed ones, closed none"
        ),
    ] = OpenDoor.PLAIN

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Name all that is wrong at once."""
        has_key = self.twilio_api_key is not None and self.twilio_api_secret is not None
        flaws = [self.brand_flaw(self.allowed_countries)]
        if self.twilio_auth_token is None and not has_key:
            flaws.append("TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET, must be set")
        told = [flaw for flaw in flaws if flaw]
        if told:
            raise ValueError("\n  ".join(told))
        return self

    def rules(self) -> Rules:
        """Return the guard's rules, scaled by the same knob."""
        return Rules.of(self, time_scale=self.time_scale)


T = TypeVar("T", bound=BaseSettings)


def read_settings(kind: type[T]) -> T:
    """Read the environment; raise SettingsError with every problem at once, values left out."""
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError(_explain(kind, error)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with the settings; `name` is empty when it is about several."""

    name: str
    sentence: str
    help: str | None


def problems(kind: type[BaseSettings], error: ValidationError) -> Iterator[Problem]:
    """Name every problem, values left out."""
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        name = str(problem["loc"][0]) if problem["loc"] else ""
        sentence = problem["msg"].removeprefix("Value error, ")
        yield Problem(
            name=name.upper(),
            sentence="is not set" if problem["type"] == "missing" else sentence,
            help=kind.model_fields[name].description if name in kind.model_fields else None,
        )


def _explain(kind: type[BaseSettings], error: ValidationError) -> str:
    lines = ["Cannot start: the settings need mending (.env.example lists them all)."]
    for problem in problems(kind, error):
        lines.append(f"  {problem.name}: {problem.sentence}" if problem.name else f"  {problem.sentence}")
        if problem.help:
            lines.append(f"      {problem.help}")
    return "\n".join(lines)
