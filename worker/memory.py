"""The garbage collector's work: what a worker is made of is not looked through again and again.

Lives here: one act, once the process can work. A worker holds well over 100,000 objects that live as long as
it does, and Python puts a full collection off until the new ones are a quarter of those: the first minutes of
an outage, whose errors hold their frames in circles, so left 40 MiB lying (docs/performance.md).
"""

import gc
from typing import Any


def leave_what_stays(**_: Any) -> None:  # noqa: ANN401 - Celery's signal
    """Collect what the start left lying, and take the rest out of all collections to come."""
    gc.collect()
    gc.freeze()
