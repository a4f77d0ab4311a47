"""`.env.example`, written from the settings themselves."""

from collections.abc import Iterator

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from tasks.figures import Figures
from worker.settings import Settings

_INTRODUCTION = """\
# Every setting of the worker. Lines without a # must be set; the others show the default.
# Flower needs CELERY_BROKER_URL alone; a caller also DATABASE_URL, HMAC_KEYS, SEAL_KEYS and DEFAULT_REGION.
"""

# Needed as the other settings are by default.
_ASKED_FOR = "twilio_verify_service_sid"

_COMPOSE = """\
# For docker-compose.yml alone, which makes the three addresses above from them.
# REDIS_PASSWORD=
# POSTGRES_PASSWORD=
# FLOWER_BASIC_AUTH=
"""


def render_environment() -> str:
    """Write each setting with what it means and its default."""
    fields = Settings.model_fields
    figures = [name for name in fields if name in Figures.model_fields]
    others = [name for name in fields if name not in Figures.model_fields]
    lines = [_INTRODUCTION, *_lines(fields, others)]
    lines.append("# The figures that time a run; the start refuses values that would break a promise.\n")
    lines.extend(_lines(fields, figures))
    lines.append(_COMPOSE)
    return "\n".join(lines).rstrip() + "\n"


def _lines(fields: dict[str, FieldInfo], names: list[str]) -> Iterator[str]:
    for name in names:
        field = fields[name]
        yield f"# {field.description or name}"
        if field.is_required() or name == _ASKED_FOR:
            yield f"{name.upper()}=\n"
        else:
            yield f"# {name.upper()}={_shown(field.default)}\n"


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, list):
        return ",".join(value)
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
