"""A plain HTTP client for these tests: no SDK, no pool, no proxy, hence no surprises."""

import base64
import http.client
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

from simulator.account import Account
from simulator.client import SimulatorClient

Fields: TypeAlias = dict[str, Any]
Meanwhile: TypeAlias = "Callable[..., Future[Any]]"
Eventually: TypeAlias = Callable[[Callable[[], bool]], None]

ACCOUNT = Account()
NUMBER = "+821012345678"
OTHER = "+821087654321"
SERVICE = f"/v2/Services/{ACCOUNT.service_sid}"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT.account_sid}/Messages"
THROUGH_SERVICE = {"MessagingServiceSid": ACCOUNT.messaging_service_sid}


def code_of(sim: SimulatorClient, to: str = NUMBER) -> str:
    """The code that a number received last."""
    code = sim.code(to)
    assert code is not None
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Fields:
        """The body as JSON."""
        return dict(json.loads(self.text))

    @property
    def code(self) -> tuple[int, int | None]:
        """The HTTP status with Twilio's error code."""
        return self.status, self.json.get("code")


@dataclass(frozen=True, slots=True)
class Asking:
    """Calls of one account."""

    url: str
    user: str = ACCOUNT.account_sid
    password: str = ACCOUNT.auth_token

    def call(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
    ) -> Reply:
        """One call on a connection of its own."""
        address = urlsplit(self.url)
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        sent = {"Authorization": f"Basic {token}", **(headers or {})}
        if form is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout)
        try:
            connection.request(method, path, None if form is None else urlencode(form), sent)
            response = connection.getresponse()
            text = response.read().decode()
            return Reply(status=response.status, text=text, headers=dict(response.getheaders()))
        finally:
            connection.close()

    def get(self, path: str, **query: str) -> Reply:
        """A GET with parameters; a `_` in their names stands for a dot."""
        return self.call("GET", f"{path}?{urlencode(query)}" if query else path)

    def start(self, to: str = NUMBER, channel: str = "sms", timeout: float = 10.0, **form: str) -> Reply:
        """Start or resend."""
        form = {"To": to, "Channel": channel, **form}
        return self.call("POST", f"{SERVICE}/Verifications", form, timeout=timeout)

    def check(self, code: str, to: str = NUMBER, timeout: float = 10.0, **form: str) -> Reply:
        """Check a code, by number unless a sid is given."""
        key = {} if "VerificationSid" in form else {"To": to}
        form = {"Code": code, **key, **form}
        return self.call("POST", f"{SERVICE}/VerificationCheck", form, timeout=timeout)

    def fetch(self, key: str = NUMBER) -> Reply:
        """Read a verification."""
        return self.call("GET", f"{SERVICE}/Verifications/{key}")

    def update(self, status: str, key: str = NUMBER) -> Reply:
        """Approve or cancel."""
        return self.call("POST", f"{SERVICE}/Verifications/{key}", {"Status": status})

    def attempts(self, **query: str) -> Reply:
        """The list of attempts; `to` stands for ChannelData.To."""
        names = {"to": "ChannelData.To"}
        return self.get("/v2/Attempts", **{names.get(k, k): v for k, v in query.items()})

    def text(self, to: str = NUMBER, timeout: float = 10.0, **form: str) -> Reply:
        """Send a text, from the account's number unless another sender is given."""
        sender = {} if form.keys() & {"From", "MessagingServiceSid"} else {"From": ACCOUNT.from_number}
        form = {"To": to, "Body": "인증번호 [483920]", **sender, **form}
        return self.call("POST", f"{MESSAGES}.json", form, timeout=timeout)

    def message(self, sid: str) -> Reply:
        """Read one message."""
        return self.get(f"{MESSAGES}/{sid}.json")

    def messages(self, **query: str) -> Reply:
        """The list; `before` and `since` stand for `DateSent<` and `DateSent>`."""
        names = {"before": "DateSent<", "since": "DateSent>"}
        return self.get(f"{MESSAGES}.json", **{names.get(k, k): v for k, v in query.items()})

    def wrong_checks(self, count: int, right: str) -> Reply:
        """That many wrong checks, and the answer to the last."""
        wrong = str((int(right) + 1) % 10**6).zfill(6)
        return [self.check(wrong) for _ in range(count)][-1]
