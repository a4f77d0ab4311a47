"""A worker that is told to stop: what is under way is finished, nothing further is begun.

Celery's warm shutdown waits for running tasks and gives the others back. A run in doubt may have several
calls before it: it lets go between two of them, so that a stop takes one call, not three.
"""

from typing import Any

from tasks.services import current


def begin_no_more(**_: Any) -> None:  # noqa: ANN401 - Celery's signal
    """Tell all runs of this process that it is going down."""
    current().stopping.set()
