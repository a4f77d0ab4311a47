"""Names on the wire: tasks and queues, as the contract fixes them."""

from typing import Final

from phone_verification.kinds import Operation

TASK_NAMES: Final[dict[Operation, str]] = {
    Operation.SEND: "tasks.send_verification",
    Operation.CHECK: "tasks.check_verification",
    Operation.MESSAGE: "tasks.send_message",
}
QUEUES: Final[dict[Operation, str]] = {
    Operation.SEND: "verification.send",
    Operation.CHECK: "verification.check",
    Operation.MESSAGE: "verification.send",
}
