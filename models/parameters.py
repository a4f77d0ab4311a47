"""A statement's parameters as libpq takes them: each in PostgreSQL's own words, with the number of its type.

https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQEXECPARAMS
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.types.json import Json
from sqlalchemy import BindParameter, Boolean, Float
from sqlalchemy.sql.sqltypes import NullType

_FLOAT8, _BOOL, _TOLD_BY_THE_SQL = 701, 16, 0
"""Types as the server numbers them; all others are cast in the SQL, or told by the column beside them."""


def written(value: Any, convert: Callable[[Any], Any] | None) -> bytes | None:  # noqa: ANN401 - whatever a value is
    """Write a value as PostgreSQL reads it. Raises psycopg.DataError for a text that it cannot hold."""
    if convert is not None:
        value = convert(value)
    if value is None:
        return None
    words = (_WRITERS.get(type(value)) or _writer_of(value))(value)
    if b"\0" in words:
        # libpq would take it for the end.
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return words


_WRITERS: Final[dict[type, Callable[[Any], bytes]]] = {
    str: str.encode,
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    float: lambda value: repr(value).encode(),
    datetime: lambda value: value.isoformat().encode(),
    Json: lambda value: json.dumps(value.obj).encode(),
}


def _writer_of(value: Any) -> Callable[[Any], bytes]:  # noqa: ANN401 - whatever a value is
    """Find what writes a member of an enumeration. Raises TypeError, without the value."""
    for kind, write in _WRITERS.items():
        if isinstance(value, kind):
            return write
    raise TypeError(f"no {type(value).__name__} can be written")


def type_of(bind: BindParameter[Any]) -> int:
    """Number a type that no cast in the SQL tells. Raises TypeError for a value without one.

    PostgreSQL would guess it by what stands beside it, and take 0.5 for a whole number that is none.
    """
    if isinstance(bind.type, NullType) and not bind.unique:
        raise TypeError(f"the value named {bind.key} needs a type")
    if isinstance(bind.type, Float) or (bind.unique and isinstance(bind.value, float)):
        return _FLOAT8
    return _BOOL if isinstance(bind.type, Boolean) else _TOLD_BY_THE_SQL
