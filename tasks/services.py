"""What the tasks work with, wired elsewhere.

Lives here: the bundle and its one place in the process. Built when first used, because nothing may be
opened at import.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from gateway.absent import AbsentTwilio
from gateway.port import Gateway, Messenger
from models.database import Database
from phone_verification.acceptance import Acceptance
from phone_verification.keys import Fingerprints, Seals
from phone_verification.kinds import Operation, Service
from tasks.ceiling import Ceiling
from tasks.fallback import Fallback
from tasks.figures import Figures
from tasks.fixed_codes import FixedCodes
from tasks.open_door import OpenDoor
from tasks.recent_texts import RecentTexts
from tasks.rules import Rules
from tasks.slots import SendSlots
from tasks.watch import Watch


class Ring(Protocol):
    """Publishes a task id; raises what the broker's client raises."""

    def __call__(self, operation: Operation, task_id: str, *, countdown: float, wants_result: bool) -> None:
        """Publish after `countdown` seconds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything outside the process' own memory that a run touches.

    Once `stopping` is set no run begins a further call: it is handed back for another process.
    """

    database: Database
    gateway: Gateway
    figures: Figures
    rules: Rules
    ceiling: Ceiling
    watch: Watch
    recent_texts: RecentTexts
    fingerprints: Fingerprints
    seals: Seals
    acceptance: Acceptance
    default_region: str
    allowed_countries: frozenset[str]
    ttl_seconds: float
    retention_days: int
    intent_rate_limit: str | None
    open_door: OpenDoor
    send_slots: SendSlots
    ring: Ring
    messenger: Messenger = field(default_factory=AbsentTwilio)
    verification_service: Service = Service.VERIFY
    fallback: Fallback = field(default_factory=Fallback)
    fixed_codes: FixedCodes = field(default_factory=FixedCodes)
    brand: str | None = None
    follows_deliveries: bool = True
    stopping: threading.Event = field(default_factory=threading.Event)

    def service_of(self, operation: Operation) -> Service | None:
        """Say through which of Twilio's services a new run's text goes; None for a check."""
        if operation is Operation.MESSAGE:
            return Service.MESSAGING
        return self.verification_service if operation is Operation.SEND else None


_make: Callable[[], Services] | None = None
# A cache alone lets threads that come at once make one each: two breakers, two counts of slots.
_making = threading.Lock()


def provide(make: Callable[[], Services]) -> None:
    """Say how the services are made; the worker's wiring calls this once."""
    global _make  # noqa: PLW0603 - a process has one set of services
    _make = make
    _forget()


def current() -> Services:
    """Return the process' services, made at the first call; threads that come at once share one set."""
    with _making:
        return _made()


@cache
def _made() -> Services:
    if _make is None:
        raise RuntimeError("services are not wired: start the worker with `celery -A worker worker`")
    return _make()


def _forget() -> None:
    global _making  # noqa: PLW0603 - a thread that the fork left behind may hold the old one
    _making = threading.Lock()
    _made.cache_clear()


# A forked child must not share its parent's connections: it makes services of its own.
os.register_at_fork(after_in_child=_forget)
