"""Loggers of Celery, kombu and Flower that quote messages and arguments: told to leave the quotation out.

Lives here: which they are, and from which level on they may speak. The app says it when it is imported, so
that it holds in a worker, in Flower and in every `celery` command, whatever level is asked for.
"""

import logging
from collections.abc import Mapping
from typing import Final

from worker.hardening.mask import MASKED

_SPEAKS_FROM: Final = {
    # At DEBUG "TaskPool: Apply" prints every request with its body.
    "celery.pool": logging.INFO,
    # At DEBUG, with KOMBU_LOG_CHANNEL set, every call of a channel with its message.
    "kombu.channel": logging.INFO,
    # At DEBUG the arguments that somebody asks for by Flower's API.
    "flower.api.tasks": logging.INFO,
}

_UNQUOTED: Final = (
    # "Could not restore message: %r", and "Cannot process event on channel %r: %s".
    "kombu.transport.redis",
)


class _Unquoted(logging.Filter):
    """Lets a sentence pass without what it quotes; figures may stay."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the arguments; the exception's text may quote as well, and its place says nothing new."""
        # A single mapping stands there by itself.
        said = (record.args,) if isinstance(record.args, Mapping) else record.args or ()
        record.args = tuple(one if isinstance(one, int | float) else MASKED for one in said)
        record.exc_info = None
        return True


_unquoted: Final = _Unquoted()


def leave_quotations_out() -> None:
    """Tell them; safe to repeat."""
    for name, level in _SPEAKS_FROM.items():
        logging.getLogger(name).setLevel(level)
    for name in _UNQUOTED:
        logging.getLogger(name).addFilter(_unquoted)
