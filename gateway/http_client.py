"""The HTTP client under Twilio's SDK: one try, one budget, nothing logged.

The SDK's own client has no timeout, loses the answer's headers and logs URLs with phone numbers in them.
This one plugs into the SDK's seam, `twilio.http.HttpClient`.
"""

import logging
import time
from typing import Final
from urllib.parse import urlencode

from twilio.http import HttpClient
from twilio.http.response import Response
from urllib3 import Timeout, make_headers
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from gateway.connection import current, make_pools
from gateway.errors import NotWrittenError
from gateway.exchange import Exchange, Failure

_LARGEST_BODY_BYTES: Final = 1 << 20


class ExchangeOver(Exception):  # noqa: N818 - how a call ends; no error
    """The exchange has all there is, an answer or why none came: the SDK has nothing to read in it.

    What the SDK would make of an answer is dropped anyway, and it stumbles in many ways over what is none.
    """


class BudgetedHttpClient(HttpClient):  # type: ignore[misc]  # the SDK publishes no types
    """Makes each call once, within its budget; a connection that failed is never used again."""

    def __init__(self, *, concurrency: int, connect_budget_seconds: float, idle_seconds: float) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), is_async=False)
        self._connect_budget_seconds = connect_budget_seconds
        self._pools = make_pools(concurrency=concurrency, idle_seconds=idle_seconds)

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the exchange has the budget
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - the SDK's signature; never followed
    ) -> Response:
        """Make one call for the SDK; always raises ExchangeOver."""
        exchange = current()
        begun_at = time.monotonic()
        try:
            self._fill(exchange, method, _url(uri, params), data, headers, auth)
        except (HTTPError, NotWrittenError, OSError) as error:
            exchange.failure = _failure(error, exchange)
        finally:
            exchange.duration_seconds += time.monotonic() - begun_at
        raise ExchangeOver

    def _fill(
        self,
        exchange: Exchange,
        method: str,
        url: str,
        data: dict[str, object] | None,
        headers: dict[str, str] | None,
        auth: tuple[str, str] | None,
    ) -> None:
        left = max(exchange.deadline - time.monotonic(), 0.001)
        body = _form(data) if data else None
        answer = self._pools.urlopen(
            method.upper(),
            url,
            body=body,
            headers={**(headers or {}), **_authorization(auth)},
            timeout=Timeout(connect=min(self._connect_budget_seconds, left), read=left),
            redirect=False,
            retries=False,
            preload_content=False,
        )
        try:
            content = answer.read(_LARGEST_BODY_BYTES + 1)
            is_whole = len(content) <= _LARGEST_BODY_BYTES
        except BaseException:
            answer.close()
            raise
        if is_whole:
            answer.release_conn()
        else:
            answer.close()
            exchange.failure = Failure.TOO_LARGE
        exchange.status = answer.status
        exchange.headers = {name.lower(): value for name, value in answer.headers.items()}
        exchange.body = content.decode("utf-8", "replace") if is_whole else ""


def _url(uri: str, params: dict[str, object] | None) -> str:
    return f"{uri}?{urlencode(params, doseq=True)}" if params else uri


def _form(data: dict[str, object]) -> str:
    """Encode a form. Raises ValueError without what is in it: Python's own error would hold a text whole."""
    try:
        return urlencode(data, doseq=True)
    except UnicodeEncodeError:
        pass
    raise ValueError("a form field is no text: it has a half of a surrogate pair")


def _authorization(auth: tuple[str, str] | None) -> dict[str, str]:
    return {} if auth is None else dict(make_headers(basic_auth=":".join(auth)))


_BEFORE: Final[tuple[tuple[type[BaseException], Failure], ...]] = (
    (NotWrittenError, Failure.LEASE_OVER),
    (NameResolutionError, Failure.DNS),
    (NewConnectionError, Failure.CONNECT_REFUSED),
    (ConnectTimeoutError, Failure.CONNECT_TIMEOUT),
    (SSLError, Failure.TLS),
)


def _failure(error: BaseException, exchange: Exchange) -> Failure:
    """Name a failure; what happened before a byte left is never doubtful."""
    if exchange.reached:
        is_slow = isinstance(error, ReadTimeoutError | TimeoutError)
        return Failure.READ_TIMEOUT if is_slow else Failure.RESET
    for kind, failure in _BEFORE:
        if isinstance(error, kind):
            return failure
    return Failure.CONNECT_REFUSED
