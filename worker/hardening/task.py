"""The base of our tasks: requests that mask, and exceptions that say nothing of arguments."""

from typing import ClassVar

from celery import Task
from celery.exceptions import MaxRetriesExceededError


class SilentMaxRetriesExceededError(MaxRetriesExceededError):  # type: ignore[misc]  # no types published
    """Too many retries; Celery's own text would show the arguments."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__("too many retries")


class MaskedTask(Task):  # type: ignore[misc]  # Celery publishes no types
    """What every task of ours is made from."""

    Request: ClassVar[str] = "worker.hardening.request:MaskedRequest"
    MaxRetriesExceededError: ClassVar[type[Exception]] = SilentMaxRetriesExceededError
