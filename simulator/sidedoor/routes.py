"""Which side-door path leads where."""

from aiohttp import web

from simulator.sidedoor.arranging import Arranging
from simulator.sidedoor.breaking import Breaking
from simulator.sidedoor.door import Listening, explain
from simulator.sidedoor.phones import Phones
from simulator.sidedoor.watching import Watching


def add_side_door(app: web.Application, simulator: Listening) -> None:
    """Open the side door of a simulator in its application."""
    watching, arranging, breaking = Watching(simulator), Arranging(simulator), Breaking(simulator)
    phones = Phones(simulator)
    app.middlewares.append(explain)
    app.router.add_routes(
        [
            web.get("/__sim__/", watching.about),
            web.get("/__sim__/inbox", phones.inbox),
            web.get("/__sim__/code", phones.code),
            web.get("/__sim__/sent", phones.sent),
            web.get("/__sim__/messages", phones.messages),
            web.get("/__sim__/phone", phones.page),
            web.get("/__sim__/verifications", watching.verifications),
            web.get("/__sim__/requests", watching.requests),
            web.get("/__sim__/counts", watching.counts),
            web.get("/__sim__/clock", arranging.clock),
            web.post("/__sim__/clock", arranging.set_clock),
            web.get("/__sim__/switches", arranging.switches),
            web.patch("/__sim__/switches", arranging.set_switches),
            web.get("/__sim__/preset", arranging.presets),
            web.post("/__sim__/preset", arranging.set_preset),
            web.post("/__sim__/reset", arranging.reset),
            web.get("/__sim__/outage", breaking.outage),
            web.post("/__sim__/outage", breaking.set_outage),
            web.get("/__sim__/faults", breaking.faults),
            web.post("/__sim__/faults", breaking.post_fault),
            web.delete("/__sim__/faults", breaking.clear_faults),
            web.delete("/__sim__/faults/{id}", breaking.remove_fault),
            web.post("/__sim__/faults/{id}/release", breaking.release),
            web.get("/__sim__/faults/{id}/held", breaking.held),
        ]
    )
    # Whatever else begins so is a test's mistake and must not look like Twilio's 404.
    app.router.add_route("*", "/__sim__{rest:.*}", watching.unknown)
