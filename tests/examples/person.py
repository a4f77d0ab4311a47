"""A person at a browser: real HTTP, and the cookies that the backend gave."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any

from worker.demo.waiting import wait_until


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer as it came."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def row(self) -> tuple[int, str | None, str]:
        """What the story's table tells of it: status, error, message."""
        return self.status, self.body.get("error"), self.body["message"]


@dataclass(slots=True)
class Person:
    """Someone with a browser of their own."""

    url: str
    number: str
    cookies: CookieJar = field(default_factory=CookieJar)

    def send(self, number: str | None = None, **headers: str) -> Seen:
        """Ask for a code."""
        return self.post("/phone", {"phone_number": number or self.number}, **headers)

    def check(self, code: str, number: str | None = None, **headers: str) -> Seen:
        """Type a code."""
        values = {"phone_number": number or self.number, "code": code}
        return self.post("/phone-verification", values, **headers)

    def look(self, task_id: str, **headers: str) -> Seen:
        """Poll."""
        return self._ask(urllib.request.Request(f"{self.url}/tasks/{task_id}"), headers)  # noqa: S310 - loopback

    def final(self, first: Seen, *, seconds: float = 20) -> Seen:
        """Poll as a 202 says, until there is something else."""
        assert first.status == 202, first.body
        path = first.headers["Location"].removeprefix("/tasks/")
        return wait_until(
            lambda: seen if (seen := self.look(path)).status != 202 else None,
            "a final answer",
            seconds=seconds,
        )

    def post(self, path: str, values: object, **headers: str) -> Seen:
        """Post JSON, or bytes as they are."""
        body = values if isinstance(values, bytes) else json.dumps(values).encode()
        request = urllib.request.Request(f"{self.url}{path}", data=body)  # noqa: S310 - loopback
        return self._ask(request, {"Content-Type": "application/json", **headers})

    def _ask(self, request: urllib.request.Request, headers: Mapping[str, str]) -> Seen:
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )
        try:
            answer = opener.open(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Seen(answer.status, json.loads(answer.read()), answer.headers)
