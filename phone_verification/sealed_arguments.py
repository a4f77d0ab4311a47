"""Sealed arguments: what a Python caller of the open door puts into a message.

Lives here: one function for each task. They need nothing but `SEAL_KEYS`: no database, no broker. Give
what they return to any Celery app as `kwargs`, together with the same task id.
"""

from collections.abc import Mapping
from typing import Any

from phone_verification.arguments import SEALED, read_arguments
from phone_verification.errors import InvalidArgumentsError
from phone_verification.keys import Seals
from phone_verification.kinds import Operation
from phone_verification.task_ids import is_task_id


def seal_send(
    task_id: str,
    phone_number: str,
    *,
    seal_keys: str,
    channel: str = "sms",
    locale: str | None = None,
    client_ref: str | None = None,
    requested_at: float | None = None,
) -> dict[str, str]:
    """Seal the arguments of `tasks.send_verification` for this task id; good for 150 s.

    `requested_at` is epoch seconds. Raises InvalidArgumentsError, and KeyFormatError for `seal_keys`.
    """
    values = {
        "phone_number": phone_number,
        "channel": channel,
        "locale": locale,
        "client_ref": client_ref,
        "requested_at": requested_at,
    }
    return _sealed(Operation.SEND, task_id, values, seal_keys)


def seal_check(
    task_id: str,
    code: str,
    *,
    phone_number: str,
    verification_id: str | None,
    seal_keys: str,
    by_number_alone: bool = False,
    requested_at: float | None = None,
) -> dict[str, str]:
    """Seal the arguments of `tasks.check_verification` for this task id; good for 150 s.

    `verification_id` is the send's task id; without one, say `by_number_alone=True`. Raises as
    `seal_send` does.
    """
    if verification_id is None and not by_number_alone:
        raise InvalidArgumentsError(field="verification_id")
    values = {
        "phone_number": phone_number,
        "code": code,
        "verification_id": verification_id,
        "requested_at": requested_at,
    }
    return _sealed(Operation.CHECK, task_id, values, seal_keys)


def seal_message(
    task_id: str, phone_number: str, body: str, *, seal_keys: str, requested_at: float | None = None
) -> dict[str, str]:
    """Seal the arguments of `tasks.send_message` for this task id; good for 150 s. Raises as `seal_send`."""
    values = {"phone_number": phone_number, "body": body, "requested_at": requested_at}
    return _sealed(Operation.MESSAGE, task_id, values, seal_keys)


def _sealed(operation: Operation, task_id: str, values: Mapping[str, Any], seal_keys: str) -> dict[str, str]:
    if not is_task_id(task_id):
        raise InvalidArgumentsError(field="task_id")
    arguments = read_arguments(operation, values).model_dump(mode="json")
    return {SEALED: Seals.parse(seal_keys).seal(task_id, arguments)}
