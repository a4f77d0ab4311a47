"""What the guard counts and decides; what is erased in time."""

import sqlalchemy as sa
from alembic import op

from phone_verification.database_clock import Instant, clock_now

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LEFT = sa.text("operation = 'send' AND posts >= 1")
_WRONG = sa.text("operation = 'check' AND error_kind = 'invalid_code'")
_CODES = {
    "codes_of_runs": ("task_runs", "created_at", sa.text("code_hmac IS NOT NULL AND state = 'done'")),
    "codes_of_verifications": ("verifications", "expires_at", sa.text("code_hmac IS NOT NULL")),
}
_INDEXES = {
    "sends_of_number": (["phone_fingerprint", "last_begun_at"], _LEFT),
    "sends_of_client_ref": (["client_ref_hmac", "last_begun_at"], _LEFT),
    "sends_of_all": (["last_begun_at"], _LEFT),
    "wrong_codes_of_number": (["phone_fingerprint", "finished_at"], _WRONG),
}


def upgrade() -> None:
    op.create_table(
        "guard_decisions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("task_id", sa.String(length=64), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "resend_wait",
                "sends_per_number_in_10_minutes",
                "sends_per_number_a_day",
                "sends_per_client_ref",
                "sends_an_hour",
                "wrong_codes_per_number",
                "unverified_country",
                "unverified_number_block",
                name="guardrule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_enforced", sa.Boolean(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("decided_at", Instant(), server_default=clock_now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_decisions")),
    )
    op.create_index("ix_guard_decisions_task_id_rule", "guard_decisions", ["task_id", "rule"], unique=True)
    op.create_index("ix_guard_decisions_decided_at", "guard_decisions", ["decided_at"], unique=False)

    op.add_column("verifications", sa.Column("number_block", sa.String(length=96), nullable=True))
    op.create_index("ix_verifications_created_at", "verifications", ["created_at"], unique=False)
    for name, (columns, where) in _INDEXES.items():
        op.create_index(name, "task_runs", columns, unique=False, postgresql_where=where, sqlite_where=where)
    for name, (table, column, where) in _CODES.items():
        op.create_index(name, table, [column], unique=False, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    for name, (table, _column, _where) in _CODES.items():
        op.drop_index(name, table)
    for name in _INDEXES:
        op.drop_index(name, "task_runs")
    op.drop_index("ix_verifications_created_at", "verifications")
    op.drop_column("verifications", "number_block")
    op.drop_table("guard_decisions")
