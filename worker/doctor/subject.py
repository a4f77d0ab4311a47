"""What there is to look at: the settings as far as they can be read, and a number if one was given.

Lives here: reading leniently. A worker refuses to start at the first wrong setting; a doctor goes on with
what is right, and leaves out what needs the rest.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

from pydantic import SecretStr, TypeAdapter, ValidationError
from pydantic_settings import EnvSettingsSource

from gateway.twilio_client import Credentials
from phone_verification.keys import Fingerprints, Seals
from phone_verification.kinds import Service
from phone_verification.phone_numbers import PhoneNumber, read_phone_number
from tasks.figures import Figures
from tasks.fixed_codes import FixedCodes
from tasks.open_door import OpenDoor
from worker.settings import Problem, Settings, problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One installation; None where a setting is missing or wrong."""

    problems: tuple[Problem, ...] = ()
    broker_url: str = field(repr=False)
    result_backend: str = field(repr=False)
    database_url: str | None = field(repr=False)
    fingerprints: Fingerprints | None
    seals: Seals | None
    figures: Figures
    time_scale: float
    sends_an_hour: int
    open_door: OpenDoor
    default_region: str
    allowed_countries: tuple[str, ...]
    ttl_seconds: float
    credentials: Credentials | None
    verification_service: Service
    has_fallback: bool
    fixed_codes: FixedCodes
    service_sid: str | None
    base_url: str | None
    intent_rate_limit: str | None
    messaging_service_sid: str | None
    from_number: str | None = field(repr=False)
    typed_number: str | None = field(default=None, repr=False)

    @property
    def has_key(self) -> bool:
        """Whether Twilio is asked with an API key, which sees less than the account's token."""
        return self.credentials is not None and self.credentials.username.startswith("SK")

    @property
    def has_messaging(self) -> bool:
        """Whether there is a sender for own texts."""
        return bool(self.messaging_service_sid or self.from_number)

    @property
    def number(self) -> PhoneNumber | None:
        """The number that was asked about; None when there is none, or it is no number."""
        return read_phone_number(self.typed_number or "", self.default_region)

    @classmethod
    def read(cls, typed_number: str | None = None) -> Self:
        """Read the environment, whatever is wrong with it."""
        values = _readable()
        hmac_keys, seal_keys = _secret(values, "hmac_keys"), _secret(values, "seal_keys")
        return cls(
            problems=_problems(),
            broker_url=_secret(values, "celery_broker_url") or "",
            result_backend=_secret(values, "celery_result_backend") or "",
            database_url=_secret(values, "database_url"),
            fingerprints=Fingerprints.parse(hmac_keys) if hmac_keys else None,
            seals=Seals.parse(seal_keys) if seal_keys else None,
            figures=_figures(values),
            time_scale=values["time_scale"],
            sends_an_hour=values["sends_an_hour"],
            open_door=values["open_door"],
            default_region=values["default_region"],
            allowed_countries=tuple(values["allowed_countries"]),
            ttl_seconds=values["verification_ttl_seconds"],
            credentials=_credentials(values),
            verification_service=values["verification_service"],
            has_fallback=values["fallback_service"] is not None,
            fixed_codes=FixedCodes.parse(_secret(values, "test_numbers") or ""),
            service_sid=values["twilio_verify_service_sid"],
            base_url=values["twilio_base_url"],
            intent_rate_limit=values["twilio_intent_rate_limit"],
            messaging_service_sid=values["twilio_messaging_service_sid"],
            from_number=values["twilio_from_number"],
            typed_number=typed_number,
        )


def _readable() -> dict[str, Any]:
    """Each setting by itself: as given, else its default, else None."""
    given = EnvSettingsSource(Settings)()
    values: dict[str, Any] = {}
    for name, info in Settings.model_fields.items():
        values[name] = None if info.is_required() else info.get_default(call_default_factory=True)
        if name in given:
            # Made at run time; None, because an annotation must have one at least.
            adapter: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, None, *info.metadata])  # type: ignore[arg-type]
            with suppress(ValidationError):
                values[name] = adapter.validate_python(given[name])
    return values


def _problems() -> tuple[Problem, ...]:
    try:
        Settings()
    except ValidationError as error:
        return tuple(problems(Settings, error))
    return ()


def _figures(values: Mapping[str, Any]) -> Figures:
    try:
        read = Figures(**{name: values[name] for name in Figures.model_fields})
    except ValidationError:
        read = Figures()
    return read.scaled(values["time_scale"])


def _secret(values: Mapping[str, Any], name: str) -> str | None:
    value = values[name]
    return value.get_secret_value() if isinstance(value, SecretStr) else None


def _credentials(values: Mapping[str, Any]) -> Credentials | None:
    """Choose as the worker does: the API key before the token."""
    account_sid, key = values["twilio_account_sid"], values["twilio_api_key"]
    secret, token = _secret(values, "twilio_api_secret"), _secret(values, "twilio_auth_token")
    if account_sid is None:
        return None
    if key is not None and secret is not None:
        return Credentials(account_sid=account_sid, username=key, password=secret)
    return Credentials(account_sid=account_sid, username=account_sid, password=token) if token else None
