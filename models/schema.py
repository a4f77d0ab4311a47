"""The schema's history: upgrade to the newest, and check that tables are as the models say.

Lives here: Alembic, configured in code, so that no alembic.ini has to travel.
"""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from models.base import Base

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> str:
    """Bring the schema to the newest revision; return it. Two at once are safe on PostgreSQL."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7265746179)")
        command.upgrade(_config(connection), "head")
    return newest_revision()


def newest_revision() -> str:
    """Return the revision that this code wants."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    if head is None:
        raise RuntimeError("no migration is packaged")
    return head


def is_known(revision: str) -> bool:
    """Whether this code knows a revision; one that it does not was made by a newer version."""
    scripts = ScriptDirectory.from_config(_config(None)).walk_revisions()
    return revision in {script.revision for script in scripts}


def current_revision(engine: Engine) -> str | None:
    """Return the revision that the database is at."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences(engine: Engine) -> list[str]:
    """Say how tables differ from the models; empty when they are alike."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config
