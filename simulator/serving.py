"""From an HTTP request on a Twilio path to Twilio's answer, through whatever goes wrong."""

import time
from collections.abc import Callable
from urllib.parse import parse_qsl

from aiohttp import web

from simulator.answering import endpoint_of, number_of
from simulator.exchange import Answer, Call, error_body
from simulator.faults.acts import hit
from simulator.faults.rule import Action
from simulator.request_log import Entry
from simulator.wire import Wire
from simulator.world import Outage, World

_FORM = "application/x-www-form-urlencoded"


async def serve(
    request: web.Request, world: World, refuse: Callable[[float | None], None]
) -> web.StreamResponse:
    """Answer one call on a Twilio path."""
    call = await _read(request)
    wire = Wire(request, world, call, _enter(request, world, call))
    with world.log.under_way() as in_flight:
        if world.outage is Outage.REFUSE:
            return wire.hang_up()
        if world.outage is Outage.UNAVAILABLE:
            return wire.send(_UNAVAILABLE)
        most = world.twilio.switches.max_concurrency
        if most is not None and in_flight > most:
            return wire.send(_TOO_MANY)
        return await _answer(wire, refuse)


async def _answer(wire: Wire, refuse: Callable[[float | None], None]) -> web.StreamResponse:
    """Which fault hits is decided by the order of arrival, before anything waits."""
    rule = wire.world.faults.hit(wire.entry.endpoint, wire.entry.to)
    latency = wire.world.twilio.switches.latency_seconds
    if latency and not await wire.wait(latency):
        return wire.hang_up()
    if rule is None:
        return wire.send(wire.process())
    if rule.fault.action is Action.REFUSE:
        refuse(rule.fault.seconds)
    return await hit(wire, rule)


async def _read(request: web.Request) -> Call:
    """Forms only: a JSON body is no parameters, as at Twilio."""
    body = await request.text()
    is_form = request.content_type == _FORM
    return Call(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        form=dict(parse_qsl(body, keep_blank_values=True)) if is_form else {},
        authorization=request.headers.get("Authorization"),
        origin=f"{request.scheme}://{request.host}",
    )


def _enter(request: web.Request, world: World, call: Call) -> Entry:
    headers = {name: value for name, value in request.headers.items() if name != "Authorization"}
    entry = Entry(
        n=len(world.log.entries) + 1,
        at=world.twilio.clock.now(),
        method=call.method,
        path=call.path,
        endpoint=endpoint_of(call),
        to=number_of(world.twilio, call),
        query=call.query,
        form=call.form,
        headers=headers,
    )
    world.log.entries.append(entry)
    world.log.count(entry.endpoint, int(time.time()))
    return entry


_UNAVAILABLE = Answer(status=503, body=error_body(503, 20503, "Service is unavailable. Please try again"))
_TOO_MANY = Answer(status=429, body=error_body(429, 20429, "Too many requests"))
