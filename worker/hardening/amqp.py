"""How Celery meets the broker: which connection, and headers that carry no arguments.

Celery writes `repr` of all arguments into every message's headers, and a per-call mask is lost on retry:
https://github.com/celery/celery/issues/6086
"""

from typing import Any

from celery.app.amqp import AMQP

from worker.hardening.connection import GuardedConnection
from worker.hardening.mask import MASKED


class MaskedAMQP(AMQP):
    """Writes protocol 2 messages whose headers say nothing of the arguments, over guarded connections."""

    Connection = GuardedConnection

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - Celery's signature
        super().__init__(app)
        self.task_protocols = {2: self.as_task_v2}

    def as_task_v2(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery's signature
        """Make a message; the arguments are in its body alone."""
        kwargs["argsrepr"] = kwargs["kwargsrepr"] = MASKED
        return super().as_task_v2(*args, **kwargs)
