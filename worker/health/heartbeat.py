"""A worker's own look at itself, written down every two seconds.

Lives here: the threads and the two steps in Celery's start and stop. One thread judges and writes and waits
for nobody; another asks the broker whether a message waits, and may wait for a broker that is silent.
"""

import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog
from celery import Celery, bootsteps
from celery.worker import state

from worker.health.pulse import BEAT_SECONDS, write_pulse
from worker.health.verdict import IDLE_SECONDS, Signs, Verdict
from worker.settings import Settings, SettingsError, read_settings

log: Final = structlog.get_logger()

_LOOK_SECONDS: Final = 5.0
_TURN_SECONDS: Final = 1.0


class LoopTurns(bootsteps.StartStopStep):
    """Notes on the consumer when the event loop turned last; None while it has no connection to turn for."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **_: Any) -> None:  # noqa: ANN401 - Celery's signature
        super().__init__(consumer)
        consumer.loop_turned_at = None

    def start(self, consumer: Any) -> None:  # noqa: ANN401 - Celery's signature
        """Begin with a connection; its timer is cleared with it."""

        def note() -> None:
            consumer.loop_turned_at = time.monotonic()

        note()
        consumer.timer.call_repeatedly(_TURN_SECONDS, note)

    def stop(self, consumer: Any) -> None:  # noqa: ANN401 - Celery's signature
        """Expect nothing any more."""
        consumer.loop_turned_at = None


class Heartbeat(bootsteps.StartStopStep):
    """Writes HEALTH_FILE as long as the worker lives; starts before the broker is connected to."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **_: Any) -> None:  # noqa: ANN401 - Celery's signature
        super().__init__(worker)
        settings = read_settings(Settings)
        self._file = settings.health_file
        self._verdict = Verdict(idle_seconds=IDLE_SECONDS * settings.time_scale)
        self._stopping = threading.Event()
        self._beating: threading.Thread | None = None
        self._waiting_seen_at = -math.inf
        if self._file is not None:
            _try_to_write(self._file)

    def start(self, worker: Any) -> None:  # noqa: ANN401 - Celery's signature
        """Begin to beat, unless nobody asks."""
        if self._file is None:
            return
        self._beating = self._thread("heartbeat", partial(self._beat, worker, self._file), BEAT_SECONDS)
        self._beating.start()
        self._thread("queue-look", partial(self._look, worker.app), _LOOK_SECONDS).start()

    def stop(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - Celery's signature
        """Leave no file: who stops works no more."""
        self._stopping.set()
        if self._beating is not None and self._file is not None:
            self._beating.join(timeout=5)
            self._file.unlink(missing_ok=True)

    def _thread(self, name: str, act: Callable[[], None], pause: float) -> threading.Thread:
        def run() -> None:
            while not self._stopping.is_set():
                act()
                self._stopping.wait(pause)

        return threading.Thread(target=run, name=name, daemon=True)

    def _beat(self, worker: Any, file: Path) -> None:  # noqa: ANN401
        now = time.monotonic()
        signs = Signs(
            at=now,
            slots=worker.concurrency or 1,
            taken=len(state.active_requests),
            begun=state.all_total_count[0],
            is_message_waiting=now - self._waiting_seen_at < 3 * _LOOK_SECONDS,
            loop_turned_at=getattr(worker.consumer, "loop_turned_at", None),
        )
        complaint = self._verdict.of(signs)
        if complaint:
            log.error("worker.stuck", complaint=complaint)
        try:
            write_pulse(file, complaint)
        except OSError as error:
            log.error("health.unwritten", error=type(error).__name__)

    def _look(self, app: Celery) -> None:
        # A broker that is away says nothing about the worker.
        with suppress(Exception):
            self._waiting_seen_at = time.monotonic() if _is_message_waiting(app) else -math.inf


def _is_message_waiting(app: Celery) -> bool:
    """Whether a queue that this worker takes from holds a message; raises what the broker's client raises."""
    with app.connection_for_read(heartbeat=0) as connection:
        channel: Any = connection.default_channel
        return any(channel.queue_declare(name).message_count for name in app.amqp.queues.consume_from)


def _try_to_write(path: Path) -> None:
    """Write the first beat; raise SettingsError where the supervisor would wait in vain."""
    try:
        write_pulse(path, None)
    except OSError as error:
        raise SettingsError(
            f"Cannot start: HEALTH_FILE {path} cannot be written: {error.strerror}."
        ) from error
