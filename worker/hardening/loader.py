"""The app's loader: `redis://` and `rediss://` results go to our backend.

A class seam of Celery's (`Celery(loader=…)`), and not the setting `override_backends`: with the address in
the environment variable CELERY_RESULT_BACKEND, which Celery reads too, the backend may be chosen before the
settings are read.
"""

from typing import Final

from celery.loaders.app import AppLoader

_BACKEND: Final = "worker.hardening.result_backend:ForgivingRedisBackend"


class BackendLoader(AppLoader):
    """Celery's own loader with another class behind two names."""

    override_backends: Final = {"redis": _BACKEND, "rediss": _BACKEND}
