"""A Twilio that says yes after 200 ms, and is too light to be what limits a worker.

Lives here: `python -m tests.benchmark.twilio_stub [port]`, one asyncio process that answers starts and checks
in Verify's form. It knows no faults and remembers nothing but how often it was called, which `/stub` tells:
the rest is what the simulator is for.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Final
from urllib.parse import parse_qs
from uuid import uuid4

_TWILIO_SECONDS: Final = 0.2
_LENGTH: Final = b"content-length:"


class Stub(asyncio.Protocol):
    """One keep-alive connection, one request at a time."""

    calls = 0

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer once a request is whole, after the time that Twilio takes."""
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator or len(body) < _body_length(head):
            return
        self._received = b""
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
        if path.startswith("/stub"):
            self._answer(200, {"calls": Stub.calls})
            return
        Stub.calls += 1
        status, answer = _verify(method, path, body.decode())
        asyncio.get_running_loop().call_later(_TWILIO_SECONDS, self._answer, status, answer)

    def _answer(self, status: int, answer: object) -> None:
        body = json.dumps(answer).encode()
        head = (
            f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nDate: {formatdate(usegmt=True)}\r\n"
            f"Content-Length: {len(body)}\r\nTwilio-Request-Id: RQ{'0' * 32}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)  # type: ignore[attr-defined]  # a Transport, as it is TCP


def _body_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            return int(line[len(_LENGTH) :])
    return 0


def _verify(method: str, path: str, form: str) -> tuple[int, dict[str, object]]:
    service = path.split("/")[3] if path.startswith("/v2/Services/") else "VA" + "0" * 32
    if method == "GET":
        return 200, {"sid": service, "attempts": [], "meta": {"next_page_url": None}}
    given = {name: values[0] for name, values in parse_qs(form).items()}
    is_start = path.endswith("/Verifications")
    now = datetime.now(UTC)
    return 201 if is_start else 200, {
        "sid": given.get("VerificationSid", f"VE{uuid4().hex}"),
        "service_sid": service,
        "account_sid": "AC" + "0" * 31 + "1",
        "to": given.get("To", "+821012345678"),
        "channel": given.get("Channel", "sms"),
        "status": "pending" if is_start else "approved",
        "valid": not is_start,
        "lookup": {"carrier": None},
        "amount": None,
        "payee": None,
        "send_code_attempts": [
            {
                "time": now.isoformat(timespec="milliseconds"),
                "channel": "SMS",
                "attempt_sid": f"VL{uuid4().hex}",
            }
        ],
        "date_created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "date_updated": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "url": path,
    }


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", port, backlog=512)
    sys.stdout.write(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
