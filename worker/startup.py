"""The first step of a worker: refuse to start where it could not keep its promises.

Lives here: settings read, pool judged, services provided.
"""

from typing import Any, Final

import structlog
from celery import bootsteps

from phone_verification.keys import Fingerprints
from tasks.services import provide
from worker.bootstrap import make_services
from worker.settings import CallerSettings, Settings, SettingsError, read_settings

log: Final = structlog.get_logger()

_POOLS: Final = ("celery.concurrency.thread", "celery.concurrency.solo", "celery.concurrency.prefork")


class Startup(bootsteps.StartStopStep):
    """Checks what was given, before the pool exists."""

    def __init__(self, worker: Any, autoscale: object = None, **_: Any) -> None:  # noqa: ANN401 - Celery's
        super().__init__(worker)
        settings = read_settings(Settings)
        tell_keys(settings)
        refuse_pool(worker.pool_cls, autoscale)
        provide(lambda: make_services(settings, concurrency=worker.concurrency or 1))


def tell_keys(settings: CallerSettings) -> None:
    """Log what each key of HMAC_KEYS does here: a rotation needs every process at the same step."""
    roles = Fingerprints.parse(settings.hmac_keys.get_secret_value()).roles()
    log.info("worker.keys", hmac_keys={key_id: role.value for key_id, role in roles.items()})


def refuse_pool(pool: type, autoscale: object) -> None:
    """Raise SettingsError for what would stall or crash later."""
    if autoscale:
        raise SettingsError("Cannot start: --autoscale crashes the threads pool; use --concurrency.")
    if pool.__module__ not in _POOLS:
        raise SettingsError("Cannot start: this pool stalls on Redis; use --pool=threads.")
