"""The worker whose consumer is connected and takes nothing."""

from typing import Any

from celery import bootsteps

from worker.celery import app


class Deaf(bootsteps.StartStopStep):
    """Cancels at the broker what the worker believes to consume."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        """Take the loop's ears in its first turn."""
        consumer.timer.call_after(0, consumer.task_consumer.cancel)


app.steps["consumer"].add(Deaf)
