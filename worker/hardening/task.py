"""The base of our tasks: requests that mask, and exceptions that say nothing of arguments."""

from celery import Task
from celery.exceptions import MaxRetriesExceededError


class SilentMaxRetriesExceededError(MaxRetriesExceededError):
    """Too many retries; Celery's own text would show the arguments."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__("too many retries")


class MaskedTask(Task):
    """What every task of ours is made from."""

    Request = "worker.hardening.request:MaskedRequest"
    MaxRetriesExceededError = SilentMaxRetriesExceededError
