"""One HTTP exchange as it happened: what was written, what came back, or why nothing did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Failure(StrEnum):
    """Why there is no whole answer."""

    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    DNS = "dns"
    TLS = "tls"
    LEASE_OVER = "lease_over"
    READ_TIMEOUT = "read_timeout"
    RESET = "reset"
    TOO_LARGE = "too_large"


@dataclass(slots=True, kw_only=True)
class Exchange:
    """A call under way, filled in by the HTTP client; `reached` once a byte may have left.

    `deadline` is monotonic. The body and the headers may name a number and stay out of its repr.
    """

    deadline: float
    guard: Callable[[], bool] | None = None
    reached: bool = False
    failure: Failure | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = field(default="", repr=False)
    duration_seconds: float = 0
