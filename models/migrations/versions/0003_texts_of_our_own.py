"""Texts of our own: the service of a run, messages, codes that we made, and what became of a text."""

import sqlalchemy as sa
from alembic import op

from phone_verification.database_clock import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SERVICE = ("verify", "messaging")
_STATUSES = ("pending", "sent", "delivered", "undelivered", "failed")
_REASONS = (
    "handset_unreachable",
    "blocked",
    "unknown_number",
    "landline_or_unreachable",
    "filtered",
    "carrier_error",
    "queue_full",
    "account_suspended",
    "sender_not_registered",
    "expired",
    "abuse_protection",
    "unknown",
)
_TEXT_LOCK = "operation IN ('send', 'message') AND state IN ('calling', 'ambiguous', 'settling')"
_START_LOCK = "operation = 'send' AND state IN ('calling', 'ambiguous', 'settling')"
_TEXTED = "operation IN ('send', 'message') AND posts >= 1"
_LEFT = "operation = 'send' AND posts >= 1"
_OWN_AND_PENDING = "service = 'messaging' AND status = 'pending'"
_IS_LOOKED_AT = "look_at IS NOT NULL"


def upgrade() -> None:
    _change_operations("'send', 'check'", "'send', 'check', 'message'")
    _add_closed_set("task_runs", "service", "service", _SERVICE)
    _change_index("task_runs", "one_start_per_number", "one_text_per_number", "phone_fingerprint", _TEXT_LOCK)
    _change_index("task_runs", "sends_of_all", "texts_of_all", "last_begun_at", _TEXTED)
    _change_verification_of_text(is_nullable=True)
    _add_closed_set("send_attempts", "delivery_status", "deliverystatus", _STATUSES)
    _add_closed_set("send_attempts", "delivery_reason", "deliveryreason", _REASONS)
    op.add_column("send_attempts", sa.Column("looks", sa.Integer(), server_default="0", nullable=False))
    op.add_column("send_attempts", sa.Column("look_at", Instant(), nullable=True))
    _add_index("looks_due", "send_attempts", "look_at", _IS_LOOKED_AT)
    _add_index("own_codes_of_number", "verifications", "phone_fingerprint", _OWN_AND_PENDING)


def downgrade() -> None:
    op.drop_index("own_codes_of_number", "verifications")
    op.drop_index("looks_due", "send_attempts")
    for column in ("look_at", "looks", "delivery_reason", "delivery_status"):
        op.drop_column("send_attempts", column)
    op.execute("DELETE FROM send_attempts WHERE verification_id IS NULL")
    _change_verification_of_text(is_nullable=False)
    _change_index("task_runs", "texts_of_all", "sends_of_all", "last_begun_at", _LEFT)
    _change_index(
        "task_runs", "one_text_per_number", "one_start_per_number", "phone_fingerprint", _START_LOCK
    )
    op.drop_column("task_runs", "service")
    op.execute("DELETE FROM task_runs WHERE operation = 'message'")
    _change_operations("'send', 'check', 'message'", "'send', 'check'")


def _add_closed_set(table: str, column: str, name: str, values: tuple[str, ...]) -> None:
    """Add a column and its constraint in one statement: SQLite takes them in no other way."""
    members = ", ".join(f"'{value}'" for value in values)
    constraint = f"CONSTRAINT ck_{table}_{name} CHECK ({column} IN ({members}))"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(32) {constraint}")


def _add_index(name: str, table: str, column: str, where: str, *, is_unique: bool = False) -> None:
    rows = sa.text(where)
    op.create_index(name, table, [column], unique=is_unique, postgresql_where=rows, sqlite_where=rows)


def _change_index(table: str, old: str, new: str, column: str, where: str) -> None:
    """Put an index of other rows in the place of one; the new one stands before the old one goes."""
    _add_index(new, table, column, where, is_unique=column == "phone_fingerprint")
    op.drop_index(old, table)


def _change_operations(old: str, new: str) -> None:
    if _is_sqlite():
        _rewrite("task_runs", f"operation IN ({old})", f"operation IN ({new})")
        return
    name = op.f("ck_task_runs_operation")
    op.drop_constraint(name, "task_runs", type_="check")
    op.create_check_constraint(name, "task_runs", sa.text(f"operation IN ({new})"))


def _change_verification_of_text(*, is_nullable: bool) -> None:
    if _is_sqlite():
        column = "verification_id VARCHAR(64)"
        strict, loose = f"{column} NOT NULL", column
        _rewrite("send_attempts", *((strict, loose) if is_nullable else (loose, strict)))
        return
    op.alter_column("send_attempts", "verification_id", nullable=is_nullable)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _rewrite(table: str, old: str, new: str) -> None:
    """Make a table anew with one change in its own words: SQLite cannot alter a constraint.

    https://www.sqlite.org/lang_altertable.html#otheralter
    """
    connection = op.get_bind()
    masters = sa.table("sqlite_master", sa.column("type"), sa.column("tbl_name"), sa.column("sql"))
    words = sa.select(masters.c.sql).where(masters.c.tbl_name == table, masters.c.sql.is_not(None))
    [definition] = connection.execute(words.where(masters.c.type == "table")).scalars()
    indexes = connection.execute(words.where(masters.c.type == "index")).scalars().all()
    if old not in definition:
        raise RuntimeError(f"{table} does not say: {old}")
    op.rename_table(table, f"old_{table}")
    for index in indexes:
        op.execute(f"DROP INDEX {index.split(' ON ')[0].split()[-1]}")
    op.execute(definition.replace(old, new, 1))
    op.execute(f"INSERT INTO {table} SELECT * FROM old_{table}")  # noqa: S608 - our own names
    op.drop_table(f"old_{table}")
    for index in indexes:
        op.execute(index)
