"""Breaking Twilio: faults on single calls, and the whole outage."""

import asyncio

from aiohttp import web

from simulator.exchange import JsonObject
from simulator.faults.rule import Fault, Rule
from simulator.sidedoor.door import Listening, read_object, reply
from simulator.world import Outage


class Breaking:
    """The part of the side door that makes trouble."""

    def __init__(self, simulator: Listening) -> None:
        self._simulator = simulator

    async def outage(self, _: web.Request) -> web.Response:
        """`off`, `503` or `refuse`."""
        return reply({"mode": self._simulator.world.outage})

    async def set_outage(self, request: web.Request) -> web.Response:
        """`{"mode": "503", "seconds": 3}`; without seconds until told otherwise."""
        body = await read_object(request)
        seconds = body.get("seconds")
        limit = None if seconds is None else float(str(seconds))
        await self._simulator.set_outage(Outage(str(body["mode"])), limit)
        return await self.outage(request)

    async def faults(self, _: web.Request) -> web.Response:
        """Every armed fault with its counts."""
        rules = self._simulator.world.faults.rules.values()
        return reply({"faults": [_body(rule) for rule in rules]})

    async def post_fault(self, request: web.Request) -> web.Response:
        """Arm one."""
        fault = Fault.model_validate(await read_object(request))
        return reply(_body(self._simulator.world.faults.post(fault)), 201)

    async def remove_fault(self, request: web.Request) -> web.Response:
        """Disarm one; whoever it holds goes on."""
        self._simulator.world.faults.remove(self._rule(request).id)
        return reply({"removed": True})

    async def clear_faults(self, _: web.Request) -> web.Response:
        """Disarm all; whoever they hold goes on."""
        self._simulator.world.faults.clear(drop=False)
        return reply({"removed": True})

    async def release(self, request: web.Request) -> web.Response:
        """Let the held calls go on, or with `{"drop": true}` hang up on them."""
        body = await read_object(request)
        released = self._rule(request).release(drop=body.get("drop") is True)
        return reply({"released": released})

    async def held(self, request: web.Request) -> web.Response:
        """Wait up to `?timeout=` seconds until `?count=` calls are held: 200, else 408."""
        rule = self._rule(request)
        count = int(request.query.get("count", "1"))
        try:
            await asyncio.wait_for(rule.wait_held(count), float(request.query.get("timeout", "0")))
        except TimeoutError:
            return reply({"held": len(rule.held)}, 408)
        return reply({"held": len(rule.held)})

    def _rule(self, request: web.Request) -> Rule:
        return self._simulator.world.faults.rules[int(request.match_info["id"])]


def _body(rule: Rule) -> JsonObject:
    fault = rule.fault.model_dump(mode="json")
    return {"id": rule.id, "seen": rule.seen, "hits": rule.hits, "held": len(rule.held), **fault}
