"""One call and its answer as plain values, so that Twilio's behaviour needs no HTTP library."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

JsonObject: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a client asked; `path` is percent-decoded, so `%2B82…` and `+82…` are one."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    authorization: str | None
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Twilio says; a body of None is an empty one."""

    status: int
    body: JsonObject | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusalError(Exception):
    """Raised when Twilio says no; carries what its error body and headers need."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.headers = dict(headers or {})


def error_body(status: int, code: int, message: str, *, detail: str | None = None) -> JsonObject:
    """The body of every classic error: https://www.twilio.com/docs/usage/twilios-response."""
    extra: JsonObject = {} if detail is None else {"detail": detail}
    return {
        "code": code,
        **extra,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
