"""The worker with everything turned on that an operator may turn on: `celery -A tests.privacy.turned_on`.

Lives here: the wiring. Loggers that we keep quiet for their noise alone print; those that quote arguments
are left as they are shipped, for that is the mask. LISTENER_FILE says where the listener keeps what it hears.
"""

import gc
import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from celery import signals
from celery.worker.control import inspect_command
from prometheus_client import Gauge

from tasks.registry import REGISTRY
from tasks.services import current, provide
from tests.privacy.clumsy import ClumsyAcceptance, ClumsyGateway, ClumsyMessenger
from tests.privacy.listener import listen
from tests.privacy.long_codes import lengthen_codes
from tests.privacy.marks import PLANTED
from worker.celery import app

_NOISY = ("celery.app.trace", "celery.worker.strategy", "kombu", "sqlalchemy.engine")
_OURS = ("gateway", "models", "phone_verification", "tasks", "worker")

# Each slot has messages waiting behind it, so that there is something to inspect.
app.conf.worker_prefetch_multiplier = 3
app.conf.planted = PLANTED.e164
lengthen_codes()
Gauge("planted", "Is found in a scrape.", ["number"], registry=REGISTRY).labels(PLANTED.e164).set(1)


def turn_on(**_: Any) -> None:
    """Let print what only makes noise, and listen."""
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.DEBUG)
    listen(Path(os.environ["LISTENER_FILE"]))
    structlog.get_logger().warning("planted", number=PLANTED.e164)


def make_clumsy(**_: Any) -> None:
    """Put the parts that fail in the place of the real ones."""
    real = current()
    clumsy = replace(
        real,
        gateway=ClumsyGateway(real.gateway, real.database),
        messenger=ClumsyMessenger(real.messenger),
        acceptance=ClumsyAcceptance.like(real.acceptance),
    )
    provide(lambda: clumsy)


@inspect_command()
def live_objects(state: Any) -> list[str]:
    """Say what every live object of ours calls itself."""
    ours = [one for one in gc.get_objects() if str(type(one).__module__).partition(".")[0] in _OURS]
    return sorted({f"{one!r} {one!s}" for one in ours} | {f"planted {PLANTED.e164}"})


signals.setup_logging.connect(turn_on, weak=False)
signals.worker_ready.connect(make_clumsy, weak=False)
