"""The side door from Python, for tests and demos: synchronous, standard library only."""

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

# What a fault, a switch or an answer holds is whatever JSON holds.
Json = Any


class SideDoorError(Exception):
    """Raised when the side door says no; its sentence is what the simulator answered."""


class SimulatorClient:
    """Reads and sets what no client of Twilio's can; made with the simulator's address.

    `side_door` is the second port's address where the simulator cannot know it, as of a container's.
    """

    def __init__(self, base_url: str, side_door: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._door = side_door

    def inbox(self, to: str | None = None) -> list[dict[str, Json]]:
        """Texts in order: to, service, channel, code, text, message_sid, verification_sid, at and more."""
        return _list(self._get("inbox", to=to)["messages"])

    def code(self, to: str) -> str | None:
        """The code in the last text to that number, as its owner reads it."""
        code = self._get("code", to=to)["code"]
        return None if code is None else str(code)

    def sent(self, to: str | None = None) -> int:
        """How many texts left, by Verify and by Messaging."""
        return int(self._get("sent", to=to)["sent"])

    def messages(self, to: str | None = None) -> list[dict[str, Json]]:
        """Every message of Messaging as it is now: sid, to, from, body, status, error_code and more."""
        return _list(self._get("messages", to=to)["messages"])

    def verifications(self, to: str | None = None) -> list[dict[str, Json]]:
        """Every verification as it is now, codes included."""
        return _list(self._get("verifications", to=to)["verifications"])

    def requests(self, endpoint: str | None = None, to: str | None = None) -> list[dict[str, Json]]:
        """Calls on Twilio's paths: endpoint, to, form, fault, processed, status and more."""
        return _list(self._get("requests", endpoint=endpoint, to=to)["requests"])

    def counts(self) -> dict[str, Json]:
        """in_flight, most_in_flight, calls by endpoint, per_second."""
        return self._get("counts")

    def about(self) -> dict[str, Json]:
        """The simulator's addresses and the account's credentials."""
        return self._get("")

    def clock(self) -> str:
        """What the simulator's clock shows, in ISO form."""
        return str(self._get("clock")["now"])

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self._call("POST", "clock", {"advance": seconds})

    def set_clock(self, moment: str) -> None:
        """Let the clock show that ISO moment now."""
        self._call("POST", "clock", {"set": moment})

    def switches(self) -> dict[str, Json]:
        """All switches as they are."""
        return self._get("switches")

    def switch(self, **changes: Json) -> dict[str, Json]:
        """Change some switches; all of them as they are then."""
        return self._call("PATCH", "switches", changes)

    def fault(self, action: str, endpoint: str = "any", **fields: Json) -> int:
        """Arm a fault; its id."""
        body = {"action": action, "endpoint": endpoint, **fields}
        return int(self._call("POST", "faults", body)["id"])

    def faults(self) -> list[dict[str, Json]]:
        """Every armed fault with seen, hits and held."""
        return _list(self._get("faults")["faults"])

    def remove_fault(self, fault_id: int | None = None) -> None:
        """Disarm one fault, or all; whoever they hold goes on."""
        self._call("DELETE", "faults" if fault_id is None else f"faults/{fault_id}")

    def wait_held(self, fault_id: int, timeout: float = 10, count: int = 1) -> None:
        """Return once `count` calls are held there; TimeoutError after `timeout` seconds."""
        query = urlencode({"timeout": timeout, "count": count})
        body = self._call("GET", f"faults/{fault_id}/held?{query}", patience=timeout)
        if int(body["held"]) < count:
            raise TimeoutError(f"{body['held']} of {count} calls held after {timeout} s")

    def release(self, fault_id: int, *, drop: bool = False) -> int:
        """Let the held calls go on (or hang up on them); how many they were."""
        body = self._call("POST", f"faults/{fault_id}/release", {"drop": drop})
        return int(body["released"])

    def outage(self, mode: str, seconds: float | None = None) -> None:
        """`503` or `refuse` until told `off`, or for that many real seconds."""
        self._call("POST", "outage", {"mode": mode, "seconds": seconds})

    def presets(self) -> dict[str, Json]:
        """Every named state of the account: row, shows, switches, buckets, asked_with."""
        return dict(self._get("preset")["presets"])

    def preset(self, name: str) -> dict[str, Json]:
        """Everything as at the start, then the account in that state; what it is."""
        return self._call("POST", "preset", {"name": name})

    def reset(self) -> None:
        """Everything as at the start, faults and switches too."""
        self._call("POST", "reset")

    def _get(self, path: str, **query: str | None) -> dict[str, Json]:
        given = {name: value for name, value in query.items() if value is not None}
        return self._call("GET", f"{path}?{urlencode(given)}" if given else path)

    def _call(self, method: str, path: str, body: Json = None, patience: float = 0) -> dict[str, Json]:
        if self._door is None:
            # Asked once, while the main port listens: the door it names stays open.
            self._door = str(_ask(self.base_url, "GET", "/__sim__/", None, 10)["side_door"])
        return _ask(self._door, method, f"/__sim__/{path}", body, 10 + patience)


def _ask(base: str, method: str, path: str, body: Json, timeout: float) -> dict[str, Json]:
    """Straight to the address: no proxy of the environment's stands between."""
    address = urlsplit(base)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    answer = json.loads(text)
    if response.status >= http.client.BAD_REQUEST and "error" in answer:
        raise SideDoorError(text)
    return dict(answer)


def _list(value: Json) -> list[dict[str, Json]]:
    return list(value)
