"""Writes bytecode for what the image's programs import, and for nothing else; the Dockerfile runs it in /srv.

Most of what is installed is never imported: Twilio's other products, other databases' dialects. Bytecode for
all of it would add 60 MB, and none at all would cost every start two seconds. Hashes instead of dates, never
checked: an image does not change.
"""

import compileall
import py_compile
import sys
from importlib import import_module
from pathlib import Path

PROGRAMS = ("worker.celery", "worker.commands", "celery.apps.worker", "celery.bin.celery", "flower.command")
LOADED_LATER = (
    "alembic.command",
    "celery.backends.redis",
    "celery.concurrency.thread",
    "kombu.transport.redis",
    "sqlalchemy.dialects.postgresql.psycopg",
    "tasks.doors",
    "twilio.rest.verify.v2.service",
)
UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH


def main() -> None:
    """Compile our own code, and of the libraries what is imported with it."""
    compileall.compile_dir(".", quiet=1, invalidation_mode=UNCHECKED)
    for name in (*PROGRAMS, *LOADED_LATER):
        import_module(name)
    files = {
        Path(module.__file__ or "") for module in list(sys.modules.values()) if hasattr(module, "__file__")
    }
    for file in files:
        if file.suffix == ".py" and file.is_relative_to(sys.prefix):
            py_compile.compile(str(file), doraise=True, invalidation_mode=UNCHECKED)


if __name__ == "__main__":
    main()
