"""Celery's copies of results: what callers of the open door poll, erased when a person is forgotten.

Lives here: the one place where a command reaches into the result backend. It is the worker's own, so that
the keys and the address are those that the worker writes to.
"""

from collections.abc import Sequence
from enum import StrEnum

from celery.backends.base import Backend, DisabledBackend
from celery.backends.redis import RedisBackend
from redis import RedisError

from worker.celery import app


class Copies(StrEnum):
    """What became of the copies; each value is what a person is told."""

    NONE_KEPT = "none are kept (CELERY_RESULT_BACKEND is disabled)"
    ERASED = "erased"
    UNREACHABLE = "not erased: Redis could not be reached; they are gone a day after they were written"
    NOT_REDIS = "not erased: CELERY_RESULT_BACKEND is no Redis; they are gone when it lets go of them"


class ResultCopies:
    """Erases the copies of runs; never raises, and remembers how it went."""

    def __init__(self, backend: Backend | None = None) -> None:
        self._backend = app.backend if backend is None else backend
        self.erased = 0
        self.state = _at_first(self._backend)

    def __call__(self, task_ids: Sequence[str]) -> None:
        """Erase the copies of some runs, unless Redis was out of reach before."""
        if self.state is not Copies.ERASED or not isinstance(self._backend, RedisBackend):
            return
        try:
            self.erased += self._backend.client.delete(*map(self._backend.get_key_for_task, task_ids))
        except (RedisError, OSError):
            self.state = Copies.UNREACHABLE


def _at_first(backend: Backend) -> Copies:
    if isinstance(backend, RedisBackend):
        return Copies.ERASED
    return Copies.NONE_KEPT if isinstance(backend, DisabledBackend) else Copies.NOT_REDIS
