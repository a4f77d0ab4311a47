"""Reading what really happened: verifications and calls."""

from datetime import datetime

from aiohttp import web

from simulator.exchange import JsonObject
from simulator.sidedoor.door import Listening, as_object, reply
from simulator.verify.verification import Verification


class Watching:
    """The reading half of the side door."""

    def __init__(self, simulator: Listening) -> None:
        self._simulator = simulator

    async def about(self, request: web.Request) -> web.Response:
        """Both addresses; the side door's stays open in every outage.

        Its host is the one by which the asker reached us: a bound 0.0.0.0 leads nowhere.
        """
        simulator = self._simulator
        account = simulator.world.twilio.account
        door = f"http://{request.url.host}:{simulator.side_door_port}"
        urls = {"url": simulator.url, "side_door": door}
        return reply({**urls, "account": as_object(account)})

    async def verifications(self, request: web.Request) -> web.Response:
        """Every verification as it is now, codes included."""
        twilio = self._simulator.world.twilio
        to = request.query.get("to")
        chosen = [known for known in twilio.book.by_sid.values() if to in {None, known.to}]
        now = twilio.clock.now()
        return reply({"verifications": [_verification(known, now) for known in chosen]})

    async def requests(self, request: web.Request) -> web.Response:
        """Every call on a Twilio path, of one endpoint or number if asked."""
        endpoint, to = request.query.get("endpoint"), request.query.get("to")
        entries = [
            as_object(entry)
            for entry in self._simulator.world.log.entries
            if endpoint in {None, entry.endpoint} and to in {None, entry.to}
        ]
        return reply({"requests": entries})

    async def counts(self, _: web.Request) -> web.Response:
        """Calls under way now and at most, and calls in each real second."""
        log = self._simulator.world.log
        calls: dict[str, int] = {}
        for entry in log.entries:
            calls[entry.endpoint] = calls.get(entry.endpoint, 0) + 1
        return reply(
            {
                "in_flight": log.in_flight,
                "most_in_flight": log.most_in_flight,
                "calls": calls,
                "per_second": log.per_second,
            }
        )

    async def unknown(self, request: web.Request) -> web.Response:
        """There is no such call."""
        return reply({"error": f"no side-door call: {request.method} {request.path}"}, 404)


def _verification(known: Verification, now: datetime) -> JsonObject:
    known.expire_if_due(now)
    return as_object(known)
