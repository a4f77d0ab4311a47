"""Messages put into Redis by hand, as a caller in any language would, or as nobody should."""

import base64
import json
from typing import Any

from phone_verification.kinds import Operation
from phone_verification.queues import QUEUES, TASK_NAMES
from phone_verification.task_ids import new_task_id
from tests.faults.case import Case


def envelope(operation: Operation, task_id: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Write the smallest message that Celery understands: docs/contract.md."""
    body = json.dumps([[], arguments, {}]).encode()
    return {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"task": TASK_NAMES[operation], "id": task_id},
        "properties": {
            "delivery_tag": new_task_id(),
            "delivery_info": {"exchange": "", "routing_key": QUEUES[operation]},
            "body_encoding": "base64",
        },
    }


def push(case: Case, operation: Operation, message: str) -> None:
    """Put any text into a queue."""
    with case.stage.broker.client() as client:
        client.lpush(QUEUES[operation], message)


def knock(case: Case, operation: Operation, task_id: str, **arguments: Any) -> None:
    """Ask through the open door, or with no arguments ring for a run."""
    push(case, operation, json.dumps(envelope(operation, task_id, arguments)))
