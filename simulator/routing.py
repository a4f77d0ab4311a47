"""The entries of which each service's table of paths is made."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simulator.exchange import Answer


class Endpoint(StrEnum):
    """What faults and logs call a path."""

    START = "start"
    CHECK = "check"
    FETCH = "fetch"
    UPDATE = "update"
    ATTEMPTS = "attempts"
    SERVICE = "service"
    RATE_LIMITS = "rate_limits"
    MESSAGE = "message"
    MESSAGES = "messages"
    MESSAGE_FETCH = "message_fetch"
    CONSOLE = "console"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method on one form of path; named parts of the path are handed to `act`."""

    method: str
    path: re.Pattern[str]
    endpoint: Endpoint
    act: Callable[..., Answer]
    takes_test_credentials: bool = False


def route(
    method: str,
    path: str,
    endpoint: Endpoint,
    act: Callable[..., Answer],
    *,
    takes_test_credentials: bool = False,
) -> Route:
    """A route from a path such as `/v2/Services/{service}`."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path.replace(".", r"\."))
    return Route(
        method=method,
        path=re.compile(pattern),
        endpoint=endpoint,
        act=act,
        takes_test_credentials=takes_test_credentials,
    )
