"""Logs: one event per line, JSON or for a terminal.

Lives here: the configuration of logging. An exception becomes types and places before any handler gets it,
so that nobody's handler beside ours has more. Loggers that quote messages are in hardening/loggers.py.
"""

import logging
import sys
import traceback
from pathlib import Path
from typing import Any, Final

import structlog
from structlog.typing import EventDict

from worker.settings import LogSettings, read_settings

_FRAMES: Final = 12

# What each run says once is said here once: `run.done`. These say it again, or far too often.
_NOISY: Final = ("alembic", "celery.app.trace", "celery.worker.strategy", "kombu", "sqlalchemy")


def where_it_happened(logger: Any, name: str, event: EventDict) -> EventDict:  # noqa: ANN401, ARG001
    """Turn a traceback into places and types: its texts and its variables could hold anything."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if not isinstance(error, BaseException):
        return event
    frames = traceback.extract_tb(error.__traceback__, limit=-_FRAMES)
    event["error"] = type(error).__name__
    event["where"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def configure_logs(**_: Any) -> None:  # noqa: ANN401 - Celery's signal passes what it likes
    """Send every log line of the process to standard error in one form."""
    settings = read_settings(LogSettings)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        where_it_happened,
    ]
    is_json = settings.log_format == "json"
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    render = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if is_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
