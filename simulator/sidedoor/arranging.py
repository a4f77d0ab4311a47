"""Setting the scene: the clock, the switches, a fresh start."""

from aiohttp import web

from simulator.clock import read_moment
from simulator.console.presets import PRESETS, apply
from simulator.sidedoor.door import Listening, as_object, read_object, reply


class Arranging:
    """The setting half of the side door."""

    def __init__(self, simulator: Listening) -> None:
        self._simulator = simulator

    async def clock(self, _: web.Request) -> web.Response:
        """What the clock shows."""
        clock = self._simulator.world.twilio.clock
        offset = clock.offset.total_seconds()
        return reply({"now": clock.now(), "offset_seconds": offset})

    async def set_clock(self, request: web.Request) -> web.Response:
        """`{"advance": seconds}` or `{"set": "2026-01-31T09:00:00Z"}`."""
        body = await read_object(request)
        clock = self._simulator.world.twilio.clock
        if "set" in body:
            clock.move_to(read_moment(str(body["set"])))
        else:
            clock.advance(float(str(body["advance"])))
        return await self.clock(request)

    async def switches(self, _: web.Request) -> web.Response:
        """All switches."""
        return reply(self._simulator.world.twilio.switches.model_dump(mode="json"))

    async def set_switches(self, request: web.Request) -> web.Response:
        """Change the given ones, all or none."""
        twilio = self._simulator.world.twilio
        twilio.switches = twilio.switches.patched(await read_object(request))
        return await self.switches(request)

    async def presets(self, _: web.Request) -> web.Response:
        """Every named state of the account and what it shows."""
        return reply({"presets": {name: as_object(preset) for name, preset in PRESETS.items()}})

    async def set_preset(self, request: web.Request) -> web.Response:
        """`{"name": …}`: everything as at the start, then the account in that state."""
        preset = PRESETS[str((await read_object(request))["name"])]
        await self._simulator.reset()
        apply(self._simulator.world.twilio, preset)
        return reply(as_object(preset))

    async def reset(self, _: web.Request) -> web.Response:
        """Forget everything: state, faults, switches, clock, log, outage."""
        await self._simulator.reset()
        return reply({"reset": True})
