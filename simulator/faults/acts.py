"""What each fault does to the call it hits.

The distinction that matters to a client: *processed and the answer lost* against *never
processed*; from outside both may look the same.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from simulator.faults.bodies import canned_answer, html_page, other_body, rfc9457_body
from simulator.faults.rule import Action, BodyForm, Fault, Rule, When
from simulator.wire import Wire


async def hit(wire: Wire, rule: Rule) -> web.StreamResponse:
    """Let the fault happen."""
    wire.entry.fault = rule.fault.action
    if rule.fault.action is Action.HOLD:
        return await _hold(wire, rule)
    return await _ACTS[rule.fault.action](wire, rule.fault)


async def _hold(wire: Wire, rule: Rule) -> web.StreamResponse:
    said = wire.process() if rule.fault.when is When.AFTER else None
    if await rule.hold():
        return wire.hang_up()
    return wire.send(said if said is not None else wire.process())


async def _delay(wire: Wire, fault: Fault) -> web.StreamResponse:
    said = wire.process() if fault.when is When.AFTER else None
    if not await wire.wait(fault.seconds or 0):
        return wire.hang_up()
    return wire.send(said if said is not None else wire.process())


async def _process_late(wire: Wire, fault: Fault) -> web.StreamResponse:
    """A client that gave up does not stop Twilio."""
    if not await wire.wait(fault.seconds or 0):
        return wire.hang_up()
    return wire.send(wire.process())


async def _drop_before(wire: Wire, _: Fault) -> web.StreamResponse:
    return wire.hang_up()


async def _drop_after(wire: Wire, _: Fault) -> web.StreamResponse:
    wire.process()
    return wire.hang_up(reset=True)


async def _never_answer(wire: Wire, fault: Fault) -> web.StreamResponse:
    if fault.is_processed:
        wire.process()
    await wire.wait_for_hang_up()
    return wire.hang_up()


async def _status(wire: Wire, fault: Fault) -> web.StreamResponse:
    if fault.is_processed:
        wire.process()
    said = canned_answer(fault)
    if fault.body_form is BodyForm.HTML:
        page = html_page(fault.status)
        return wire.send_bytes(fault.status, page, "text/html", said.headers)
    return wire.send(said)


async def _truncated_json(wire: Wire, _: Fault) -> web.StreamResponse:
    whole = wire.send(wire.process())
    text = whole.body if isinstance(whole.body, bytes) else b"{}"
    return wire.send_bytes(whole.status, text[: len(text) // 2], "application/json")


async def _cut_answer(wire: Wire, _: Fault) -> web.StreamResponse:
    return await wire.send_cut(wire.process())


async def _wrong_json(wire: Wire, fault: Fault) -> web.StreamResponse:
    status = wire.process().status if fault.is_processed else 200
    return wire.send_bytes(status, html_page(status), "text/html")


async def _other_body(wire: Wire, fault: Fault) -> web.StreamResponse:
    said = wire.process()
    return wire.send(other_body(wire.world.twilio, said, fault, wire.entry.endpoint))


async def _rfc9457(wire: Wire, fault: Fault) -> web.StreamResponse:
    if fault.is_processed:
        wire.process()
    return wire.send(rfc9457_body(fault))


async def _redirect(wire: Wire, fault: Fault) -> web.StreamResponse:
    headers = {"Location": fault.location}
    return wire.send_bytes(307, b"", "text/plain", headers)


_ACTS: dict[Action, Callable[[Wire, Fault], Awaitable[web.StreamResponse]]] = {
    Action.DELAY: _delay,
    Action.PROCESS_LATE: _process_late,
    Action.DROP_BEFORE: _drop_before,
    Action.DROP_AFTER: _drop_after,
    Action.NEVER_ANSWER: _never_answer,
    Action.STATUS: _status,
    Action.TRUNCATED_JSON: _truncated_json,
    Action.CUT_ANSWER: _cut_answer,
    Action.WRONG_JSON: _wrong_json,
    Action.OTHER_BODY: _other_body,
    Action.RFC9457: _rfc9457,
    Action.REDIRECT: _redirect,
    # The listener stops before the call gets here; the call itself was never read.
    Action.REFUSE: _drop_before,
}
