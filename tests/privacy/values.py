"""Values of ours, made with something private in them.

Lives here: finding every dataclass and model of our packages, and making one of each. What holds something
private is known by the names of fields: that list is what these tests know beside the code.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_settings import BaseSettings

from phone_verification.keys import make_key, parse_keys
from tasks.figures import Figures
from tasks.rules import GuardSettings
from tests.privacy.marks import NUMBERS
from tests.spellings import marked_text

PACKAGES = ("phone_verification", "gateway", "models", "tasks", "worker", "examples")
NUMBER = NUMBERS["open", "story"]
SECRET = make_key("marked")
KEY = parse_keys(SECRET)[0].secret
MARKS = (
    NUMBER.marked,
    marked_text("a key", SECRET.partition(":")[2]),
    marked_text("the beginning of a key", SECRET.partition(":")[2][:12]),
    marked_text("a key's bytes", repr(KEY)[2:-1]),
)
ADDRESS = f"redis://:{SECRET.partition(':')[2]}@host/0"
PRIVATE = {
    "_numbers": {"x": NUMBER.typed},
    "body": NUMBER.e164,
    "broker_url": ADDRESS,
    "by_number": {NUMBER.e164: NUMBER.e164},
    "celery_broker_url": ADDRESS,
    "client_ref": NUMBER.e164,
    "code": NUMBER.e164,
    "code_hmac": NUMBER.e164,
    "database_url": ADDRESS,
    "e164": NUMBER.e164,
    "fernet": SECRET.partition(":")[2],
    "from_number": NUMBER.e164,
    "headers": {"x-said": NUMBER.e164},
    "hmac_keys": SECRET,
    "keys": {"marked": KEY},
    "password": NUMBER.e164,
    "phone_number": NUMBER.e164,
    "result_backend": ADDRESS,
    "sealed": NUMBER.e164,
    "sealed_arguments": NUMBER.e164,
    "seal_keys": SECRET,
    "secret": KEY,
    "to": NUMBER.e164,
    "typed_number": NUMBER.e164,
    "verified": [NUMBER.typed],
    "wrong_codes": {NUMBER.e164},
}


def values() -> Iterator[type]:
    """Every dataclass and model that our packages define."""
    for package in PACKAGES:
        root = importlib.import_module(package)
        names = [name.name for name in pkgutil.walk_packages(root.__path__, f"{package}.")]
        for name in names:
            if name.endswith("__main__") or ".migrations" in name:
                continue
            for _, found in inspect.getmembers(importlib.import_module(name), inspect.isclass):
                is_value = is_dataclass(found) or issubclass(found, BaseModel)
                if is_value and found.__module__ == name and not issubclass(found, BaseSettings):
                    yield found


def made(kind: type) -> Any:
    """Make a value with something harmless in each field, and something private where its name says so."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    hints = get_type_hints(kind, include_extras=True)
    names = kind.model_fields if issubclass(kind, BaseModel) else [one.name for one in fields(kind)]
    values = {name: _private_or_harmless(name, hints[name]) for name in names}
    return kind(**{**values, **_WRITTEN_BY_US.get(f"{kind.__module__}.{kind.__name__}", {})})


def _private_or_harmless(name: str, hint: Any) -> Any:
    harmless = _harmless(hint)
    may_hold_it = harmless is None or isinstance(harmless, str | bytes | dict | list | set)
    return PRIVATE[name] if name in PRIVATE and may_hold_it else harmless


def _harmless(hint: Any) -> Any:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _harmless(parts[0])
    if origin is not None:
        return _harmless_generic(origin, parts)
    if not inspect.isclass(hint):
        return lambda: True
    return _harmless_value(hint)


def _harmless_generic(origin: Any, parts: tuple[Any, ...]) -> Any:
    if origin in (Union, UnionType):
        return None if NoneType in parts else _harmless(parts[0])
    if origin is tuple:
        return (_harmless(parts[0]),)
    return _EMPTY.get(origin, parts[0])


def _harmless_value(kind: type) -> Any:
    if issubclass(kind, Enum):
        return next(iter(kind))
    is_ours = kind in _SIMPLE or is_dataclass(kind) or issubclass(kind, BaseModel)
    return made(kind) if is_ours else None


_WRITTEN_BY_US: dict[str, dict[str, Any]] = {"examples.web_backend.answers.Answer": {"headers": {}}}
"""Fields whose name is that of something private elsewhere."""

_EMPTY: dict[Any, Any] = {dict: {}, Mapping: {}, frozenset: frozenset(), list: [], set: set()}
_SIMPLE: dict[Any, Any] = {
    str: "x",
    bytes: b"x",
    int: 1,
    float: 1.0,
    bool: True,
    datetime: datetime.now(UTC),
    Figures: Figures(),
    GuardSettings: GuardSettings(),
}
