"""Masks at the worker's end: what other producers wrote into their headers is not repeated.

Events, the "received" line and `inspect` read these fields; a plain Celery client fills them with `repr`
of the arguments.
"""

from typing import Any

from celery.exceptions import InvalidTaskError
from celery.worker.request import Request

from phone_verification.task_ids import is_task_id
from worker.hardening.amqp import MASKED


class MaskedRequest(Request):
    """A request whose arguments nobody prints, with an id that cannot hold a phone number."""

    def __init__(self, message: Any, **options: Any) -> None:  # noqa: ANN401 - Celery's signature
        try:
            super().__init__(message, **options)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InvalidTaskError(f"malformed envelope ({type(error).__name__})") from None
        if not is_task_id(self.id):
            raise InvalidTaskError("malformed task id")
        self._argsrepr = self._kwargsrepr = MASKED
        self._request_dict.update(argsrepr=MASKED, kwargsrepr=MASKED, shadow=None)
        self.name = self._type

    def info(self, safe: bool = False) -> Any:  # noqa: ANN401, ARG002, FBT001, FBT002 - Celery's signature
        """Describe the request without its arguments."""
        return super().info(safe=True)
