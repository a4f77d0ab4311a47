"""Celery's result keys: a copy for callers of the open door, whose loss must never cost a worker a slot.

An error while a result is stored escapes into the pool's thread, which swallows it: the message is never
acknowledged and its slot never given back, until the worker is alive and consumes nothing.
https://github.com/celery/celery/issues/8588, https://github.com/celery/celery/issues/5642

Chosen by worker/hardening/loader.py. The truth is the row; asking the same id again stores it anew.
"""

import time
from typing import Any, Final

import structlog
from celery.backends.redis import RedisBackend

from tasks.metrics import count_lost_result

log: Final = structlog.get_logger()

_PATIENCE_SECONDS: Final = 3.0
"""A check has 30 s and may wait behind this; a restart of Redis takes a second or two."""

_PAUSE_SECONDS: Final = 0.25


class ForgivingRedisBackend(RedisBackend):
    """Stores what it can within some seconds, and says which results were lost."""

    def store_result(self, task_id: str, result: Any, state: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery's
        """Store a state or a result; never raise.

        Blocks for 3 s, and for 2 s more where the backend accepts connections and never answers: each try
        is bounded by `redis_socket_connect_timeout` and `redis_socket_timeout`.
        """
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return super().store_result(task_id, result, state, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 - whatever it is, the slot is worth more
                if time.monotonic() + _PAUSE_SECONDS > give_up_at:
                    log.error("result.lost", task_id=task_id, error=type(error).__name__)
                    count_lost_result()
                    return None
            time.sleep(_PAUSE_SECONDS)
