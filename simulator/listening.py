"""The simulator as a server: two ports, one for Twilio's paths and one that stays open.

The second port exists so that tests can end an outage in which the first refuses connections.
Both serve everything; only the first can be closed.
"""

import asyncio
import socket

from aiohttp import web

from simulator.account import Account
from simulator.serving import serve
from simulator.sidedoor.routes import add_side_door
from simulator.switches import Switches
from simulator.verify.twilio import Twilio
from simulator.world import Outage, World

_BACKLOG = 1024
# Held and hanging calls would otherwise keep a stopping server waiting for a minute.
_SHUTDOWN_SECONDS = 0.1


class Simulator:
    """One listening Twilio."""

    def __init__(self, account: Account, switches: Switches) -> None:
        self.account = account
        self.switches = switches
        self.world = self._new_world()
        app = web.Application()
        add_side_door(app, self)
        # A line break, percent-encoded, is part of a path too.
        app.router.add_route("*", r"/{path:[\s\S]*}", self._serve)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self._reserved: socket.socket | None = None
        self._site: web.SockSite | None = None
        self._waking: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: set[asyncio.BaseTransport | None] = set()
        self.address = ("", 0)
        self.side_door_port = 0

    async def open(self, host: str, port: int, side_door_port: int = 0) -> None:
        """Listen; port 0 picks a free one."""
        await self._runner.setup()
        # Bound and never listening: it keeps the port ours while connections are refused.
        self._reserved = _bind(host, port)
        self.address = (host, self._reserved.getsockname()[1])
        await self._listen()
        door = _bind(host, side_door_port)
        self.side_door_port = door.getsockname()[1]
        await web.SockSite(self._runner, door, backlog=_BACKLOG).start()

    @property
    def url(self) -> str:
        """Where Twilio's paths are."""
        host, port = self.address
        return f"http://{host}:{port}"

    async def close(self) -> None:
        """End quietly, with everybody who still waits."""
        self.world.end()
        await self._runner.cleanup()
        if self._reserved is not None:
            self._reserved.close()

    async def reset(self) -> None:
        """A new world, as at the start."""
        self.world.end()
        self.world = self._new_world()
        await self._listen()

    async def set_outage(self, outage: Outage, seconds: float | None) -> None:
        """Begin or end an outage; with `seconds` it ends by itself in real time."""
        self._forget_waking()
        self.world.outage = outage
        if outage is Outage.REFUSE:
            await self._stop_listening()
        else:
            await self._listen()
        if outage is not Outage.OFF and seconds is not None:
            loop = asyncio.get_running_loop()
            self._waking = loop.call_later(seconds, self._begin, Outage.OFF, None)

    def _begin(self, outage: Outage, seconds: float | None) -> None:
        task = asyncio.ensure_future(self.set_outage(outage, seconds))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _refuse(self, seconds: float | None) -> None:
        """From the very call that was hit: nobody connects any more."""
        self.world.outage = Outage.REFUSE
        self._begin(Outage.REFUSE, seconds)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        transport = request.transport
        self._busy.add(transport)
        try:
            response = await serve(request, self.world, self._refuse)
        finally:
            self._busy.discard(transport)
        if self.world.outage is Outage.REFUSE:
            response.force_close()
        return response

    async def _listen(self) -> None:
        self._forget_waking()
        if self._site is None:
            listener = _bind(*self.address)
            self._site = web.SockSite(self._runner, listener, backlog=_BACKLOG)
            await self._site.start()

    async def _stop_listening(self) -> None:
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()
        # A pooled connection would outlive the listener: close those that are idle now,
        # the others as soon as their call is answered.
        for connection in self._runner.server.connections if self._runner.server else []:
            transport = connection.transport
            if transport is not None and self._is_idle(transport):
                connection.force_close()
        # The loop closes their sockets in its next round: after it no client can reuse one.
        await asyncio.sleep(0)

    def _is_idle(self, transport: asyncio.Transport) -> bool:
        is_main = transport.get_extra_info("sockname") == self.address
        return is_main and transport not in self._busy

    def _forget_waking(self) -> None:
        if self._waking is not None:
            self._waking.cancel()
            self._waking = None

    def _new_world(self) -> World:
        return World(twilio=Twilio(account=self.account, switches=self.switches))


def _bind(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    return bound
