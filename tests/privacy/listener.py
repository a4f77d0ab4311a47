"""A listener to logs and failures that keeps all it is given, as an error tracker does.

Lives here: what Sentry's logging and Celery integrations keep under `send_default_pii=False` and
`include_local_variables=False`: a record's message, template, arguments and extra, and of an exception the
texts and places of its whole chain. https://docs.sentry.io/platforms/python/integrations/logging/
"""

import json
import logging
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from celery import signals

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message"}


class Listener(logging.Handler):
    """Writes what it hears to a file, one JSON object a line."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._writing = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, whatever handler would show of it."""
        extra = {name: repr(value) for name, value in vars(record).items() if name not in _STANDARD}
        self._keep(
            logger=record.name,
            message=record.getMessage(),
            template=repr(record.msg),
            arguments=repr(record.args),
            extra=extra,
            stack=record.stack_info,
            exceptions=list(_chain(record.exc_info[1] if record.exc_info else None)),
        )

    def hear_of_failure(self, exception: BaseException | None = None, **_: Any) -> None:
        """Keep what a task raised; it is Celery's signal."""
        self._keep(logger="signal", exceptions=list(_chain(exception)))

    def hear_of_retry(self, reason: BaseException | None = None, einfo: Any = None, **_: Any) -> None:
        """Keep why a task waits; it is Celery's signal."""
        self._keep(logger="signal", exceptions=list(_chain(reason)), einfo=str(einfo))

    def _keep(self, **kept: Any) -> None:
        with self._writing, self._path.open("a") as file:
            file.write(json.dumps(kept, ensure_ascii=False, default=repr) + "\n")


def listen(path: Path) -> None:
    """Hear every record that any logger lets pass, and every task that fails or waits."""
    listener = Listener(path)
    logging.getLogger().addHandler(listener)
    signals.task_failure.connect(listener.hear_of_failure, weak=False)
    signals.task_internal_error.connect(listener.hear_of_failure, weak=False)
    signals.task_retry.connect(listener.hear_of_retry, weak=False)


def _chain(error: BaseException | None) -> Iterator[str]:
    """Tell an exception and those it came from, unless it says that they are not to be told."""
    while error is not None:
        yield f"{error!r} {''.join(traceback.format_exception(error, chain=False))}"
        error = error.__cause__ if error.__suppress_context__ else error.__cause__ or error.__context__
