"""The broker, seen from a caller: a hint to hurry, never the truth.

Lives here: publishing a task id within a bounded time. A failure is swallowed on purpose: the row is
committed, and the worker's sweeper publishes what nobody rang for.
"""

import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, Final

from celery import Celery

from phone_verification.kinds import Operation
from phone_verification.queues import QUEUES, TASK_NAMES

_log: Final = logging.getLogger(__name__)
_PATIENCE_SECONDS: Final = 1.0

_TRANSPORT: Final[dict[str, Any]] = {
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
}


def make_celery(broker_url: str) -> Celery:
    """Make the caller's Celery app: it publishes ids and stores nothing."""
    app = Celery("phone_verification", broker=broker_url, backend="disabled://", set_as_current=False)
    app.conf.update(
        broker_transport_options=_TRANSPORT,
        broker_connection_timeout=1,
        broker_pool_acquire_timeout=1,
        task_publish_retry=False,
        task_ignore_result=True,
        task_create_missing_queues=True,
    )
    return app


class Publisher:
    """Publishes task ids from one thread of its own, so that a silent broker costs a caller a second.

    Kombu's timeouts add up to several seconds on a broker that accepts connections and never
    answers, and a name look-up has none at all: only another thread bounds the wait.
    """

    def __init__(self, broker_url: str) -> None:
        self._celery = make_celery(broker_url)
        self._begun_at: float | None = None
        self._start()

    def ring(self, operation: Operation, task_id: str) -> None:
        """Tell the workers of an accepted run; never raises, never waits over a second."""
        if self._process != os.getpid():
            self._start()
        if self._is_stuck():
            return
        published = self._thread.submit(self._publish, operation, task_id)
        try:
            published.result(timeout=_PATIENCE_SECONDS)
        except FutureTimeoutError:
            _log.warning("the broker is slow; the worker's sweeper will pick task %s up", task_id)
        except Exception as error:  # noqa: BLE001 - whatever the broker's client raises
            _log.warning(
                "the broker is away (%s); the worker's sweeper will pick task %s up",
                type(error).__name__,
                task_id,
            )

    def close(self) -> None:
        """Let go of the broker."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._celery.close()

    def _start(self) -> None:
        """Make the thread; a forked child has none of its parent's."""
        self._process = os.getpid()
        self._begun_at = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="phone-verification-publish")

    def _is_stuck(self) -> bool:
        """Whether the broker has kept the thread for so long that waiting behind it is no use."""
        begun_at = self._begun_at
        return begun_at is not None and time.monotonic() - begun_at > _PATIENCE_SECONDS

    def _publish(self, operation: Operation, task_id: str) -> None:
        self._begun_at = time.monotonic()
        try:
            self._celery.send_task(
                TASK_NAMES[operation],
                kwargs={},
                task_id=task_id,
                queue=QUEUES[operation],
                ignore_result=True,
                argsrepr="()",
                kwargsrepr="{}",
            )
        finally:
            self._begun_at = None
