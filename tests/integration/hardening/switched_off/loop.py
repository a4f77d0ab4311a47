"""The worker whose event loop never comes back from a call."""

import threading
from typing import Any

from celery import bootsteps

from worker.celery import app


class Blocked(bootsteps.StartStopStep):
    """Waits in the loop for what does not come."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        """Let the loop begin, then hold it."""
        consumer.timer.call_after(1.0, threading.Event().wait)


app.steps["consumer"].add(Blocked)
