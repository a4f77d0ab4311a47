"""One call on the wire: let Twilio process it, answer it, or hang up on it."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Mapping

from aiohttp import web

from simulator.answering import answer
from simulator.clock import http_date
from simulator.exchange import Answer, Call
from simulator.request_log import Entry
from simulator.sids import new_sid
from simulator.world import World

# A connection closed with this option sends a reset instead of a goodbye.
_RESET = struct.pack("ii", 1, 0)
_GLANCE_SECONDS = 0.02


class Wire:
    """A call, the connection it came on, and its line in the log."""

    def __init__(self, request: web.Request, world: World, call: Call, entry: Entry) -> None:
        self.request = request
        self.world = world
        self.call = call
        self.entry = entry
        self.began = time.monotonic()

    def process(self) -> Answer:
        """Let Twilio act; whatever becomes of the answer, this has happened."""
        said = answer(self.world.twilio, self.call)
        self.entry.processed = True
        self.entry.processed_at = self.world.twilio.clock.now()
        self.entry.twilio_status = said.status
        code = (said.body or {}).get("code")
        self.entry.twilio_code = code if isinstance(code, int) else None
        return said

    def send(self, said: Answer) -> web.Response:
        """Answer as Twilio does."""
        body = b"" if said.body is None else json.dumps(said.body).encode()
        return self.send_bytes(said.status, body, "application/json", said.headers)

    def send_bytes(
        self,
        status: int,
        body: bytes,
        content_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> web.Response:
        """Answer with any bytes, under Twilio's headers."""
        self.entry.status = status
        everything = {**self.headers(), **(headers or {})}
        if body:
            everything["Content-Type"] = content_type
        return web.Response(status=status, body=body, headers=everything)

    async def send_cut(self, said: Answer) -> web.StreamResponse:
        """Promise the whole answer, send half of it, and reset the connection."""
        body = json.dumps(said.body).encode()
        self.entry.status = said.status
        headers = {**self.headers(), "Content-Length": str(len(body))}
        response = web.StreamResponse(status=said.status, headers=headers)
        await response.prepare(self.request)
        await response.write(body[: len(body) // 2])
        self.hang_up()
        return response

    def hang_up(self, *, reset: bool = False) -> web.Response:
        """End the connection without an answer."""
        transport = self.request.transport
        if transport is not None:
            connection = transport.get_extra_info("socket")
            if reset and connection is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()
        return web.Response()

    async def wait(self, seconds: float) -> bool:
        """Wait that long in real time; False if a reset ended this world meanwhile."""
        try:
            await asyncio.wait_for(self.world.over.wait(), seconds)
        except TimeoutError:
            return True
        return False

    async def wait_for_hang_up(self) -> None:
        """Wait until the client has gone."""
        while self.request.transport is not None and not self.request.transport.is_closing():
            if not await self.wait(_GLANCE_SECONDS):
                return

    def headers(self) -> dict[str, str]:
        """Headers as captured on Twilio's hosts."""
        return {
            "Date": http_date(self.world.twilio.clock.now()),
            "Twilio-Request-Id": new_sid("RQ"),
            "Twilio-Concurrent-Requests": str(self.world.log.in_flight),
            "Twilio-Request-Duration": f"{time.monotonic() - self.began:.3f}",
        }
