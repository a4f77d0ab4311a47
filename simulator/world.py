"""All state of one simulator; a reset puts a new one in its place.

Calls that are still under way then end in the world in which they began.
"""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.faults.book import FaultBook
from simulator.request_log import RequestLog
from simulator.verify.twilio import Twilio


class Outage(StrEnum):
    """The whole of Twilio's state of health."""

    OFF = "off"
    UNAVAILABLE = "503"
    REFUSE = "refuse"


@dataclass(slots=True, kw_only=True)
class World:
    """What Twilio knows, what shall go wrong, what was asked."""

    twilio: Twilio
    faults: FaultBook = field(default_factory=FaultBook)
    log: RequestLog = field(default_factory=RequestLog)
    outage: Outage = Outage.OFF
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        """Let nobody wait any longer for what will not come."""
        self.faults.clear(drop=True)
        self.over.set()
