"""Requests: what other producers wrote into their headers is not repeated, and odd shapes are refused.

Events, the "received" line and `inspect` read these fields; a plain Celery client fills them with `repr` of
the arguments. A body whose parts have other types than Celery's own raises in the pool's thread, which
swallows it: the message is never acknowledged. https://github.com/celery/celery/issues/8588

Chosen by the attribute `Task.Request`. The second line of defence: the first is transport.py.
"""

from typing import Any

from celery.exceptions import InvalidTaskError
from celery.worker.request import Request

from phone_verification.task_ids import is_task_id
from worker.hardening.mask import MASKED


class MaskedRequest(Request):
    """A request whose arguments nobody prints, with an id that cannot hold a phone number."""

    def __init__(self, message: Any, **options: Any) -> None:  # noqa: ANN401 - Celery's signature
        try:
            super().__init__(message, **options)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InvalidTaskError(f"malformed envelope ({type(error).__name__})") from None
        if not is_task_id(self.id):
            raise InvalidTaskError("malformed task id")
        if not _has_known_shape(self._payload):
            raise InvalidTaskError("malformed arguments")
        self._argsrepr = self._kwargsrepr = MASKED
        self._request_dict.update(argsrepr=MASKED, kwargsrepr=MASKED)
        # A caller may name any shadow, root, parent and group, and logs, events and results show them.
        self._request_dict.update(shadow=None, root_id=self.id, parent_id=None, group=None)
        self.name, self._root_id, self._parent_id = self._type, self.id, None

    def info(self, safe: bool = False) -> Any:  # noqa: ANN401, ARG002, FBT001, FBT002 - Celery's signature
        """Describe the request without its arguments."""
        return super().info(safe=True)


def _has_known_shape(payload: object) -> bool:
    """Whether this is `[args, kwargs, embed]` with nothing embedded: the pool takes any other for a crash."""
    match payload:
        case [list(), dict(), None]:
            return True
        case [list(), dict(), dict() as embed]:
            return not any(embed.values())
    return False
