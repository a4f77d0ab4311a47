"""Our worker, which also tells how many of its objects no collection looks through."""

import gc
import os
from pathlib import Path
from typing import Any

from celery import signals

from worker.celery import app


def tell(**_: Any) -> None:
    """Write the count; connected after what the worker itself does when it is ready, and so called after."""
    Path(os.environ["FROZEN_FILE"]).write_text(str(gc.get_freeze_count()))


__all__ = ["app"]

signals.worker_ready.connect(tell, weak=False)
