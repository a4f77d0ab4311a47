"""The first tables."""

import sqlalchemy as sa
from alembic import op

from phone_verification.database_clock import Instant, clock_now

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_calls",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("task_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=16), nullable=False),
        sa.Column("answer_class", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("provider_code", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("answered_at", Instant(), server_default=clock_now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_calls")),
    )
    op.create_index("ix_provider_calls_answered_at", "provider_calls", ["answered_at"], unique=False)
    op.create_index("ix_provider_calls_task_id", "provider_calls", ["task_id"], unique=False)

    op.create_table(
        "task_runs",
        sa.Column("task_id", sa.String(length=64), nullable=False),
        sa.Column(
            "operation",
            sa.Enum("send", "check", name="operation", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "sms",
                "call",
                "whatsapp",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("phone_masked", sa.String(length=24), nullable=True),
        sa.Column("phone_fingerprint", sa.String(length=96), nullable=True),
        sa.Column("client_ref_hmac", sa.String(length=96), nullable=True),
        sa.Column("code_hmac", sa.String(length=96), nullable=True),
        sa.Column("arguments_fingerprint", sa.String(length=96), nullable=False),
        sa.Column("verification_id", sa.String(length=64), nullable=True),
        sa.Column("sealed_arguments", sa.Text(), nullable=True),
        sa.Column("wants_result", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("deadline_at", Instant(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "accepted",
                "calling",
                "waiting",
                "ambiguous",
                "settling",
                "done",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="accepted",
            nullable=False,
        ),
        sa.Column("epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("posts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("publishes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_begun_at", Instant(), nullable=True),
        sa.Column("last_begun_at", Instant(), nullable=True),
        sa.Column("not_before", Instant(), server_default=clock_now(), nullable=False),
        sa.Column("ring_at", Instant(), server_default=clock_now(2), nullable=True),
        sa.Column("provider_sid", sa.String(length=64), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "sent",
                "approved",
                "rejected",
                "failed",
                "unknown",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "error_kind",
            sa.Enum(
                "invalid_phone_number",
                "unsupported_phone_type",
                "invalid_code",
                "no_verification_record",
                "verification_expired",
                "already_verified",
                "max_check_attempts",
                "max_send_attempts",
                "rate_limited",
                "recipient_opted_out",
                "country_blocked",
                "fraud_blocked",
                "channel_unavailable",
                "recipient_unverified",
                "provider_misconfigured",
                "provider_account",
                "provider_unavailable",
                "provider_error",
                "outcome_unknown",
                "invalid_request",
                "idempotency_conflict",
                "internal_error",
                name="errorkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("provider_code", sa.Integer(), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", Instant(), server_default=clock_now(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_task_runs")),
    )
    op.create_index("ix_task_runs_created_at", "task_runs", ["created_at"], unique=False)
    op.create_index(
        "ix_task_runs_deadline_at",
        "task_runs",
        ["deadline_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
        sqlite_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        "ix_task_runs_phone_fingerprint_operation_created_at",
        "task_runs",
        ["phone_fingerprint", "operation", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_task_runs_ring_at",
        "task_runs",
        ["ring_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
        sqlite_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        "one_check_at_a_time",
        "task_runs",
        ["phone_fingerprint"],
        unique=True,
        postgresql_where=sa.text("operation = 'check' AND state IN ('calling', 'settling')"),
        sqlite_where=sa.text("operation = 'check' AND state IN ('calling', 'settling')"),
    )
    op.create_index(
        "one_start_per_number",
        "task_runs",
        ["phone_fingerprint"],
        unique=True,
        postgresql_where=sa.text("operation = 'send' AND state IN ('calling', 'ambiguous', 'settling')"),
        sqlite_where=sa.text("operation = 'send' AND state IN ('calling', 'ambiguous', 'settling')"),
    )

    op.create_table(
        "verifications",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column(
            "service",
            sa.Enum(
                "verify", "messaging", name="service", native_enum=False, create_constraint=True, length=32
            ),
            server_default="verify",
            nullable=False,
        ),
        sa.Column("phone_fingerprint", sa.String(length=96), nullable=False),
        sa.Column("phone_masked", sa.String(length=24), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "sms",
                "call",
                "whatsapp",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "approved",
                "canceled",
                "max_attempts_reached",
                "expired",
                name="verificationstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sends", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_checks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("code_hmac", sa.String(length=96), nullable=True),
        sa.Column("replay_mismatches", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", Instant(), server_default=clock_now(), nullable=False),
        sa.Column("last_sent_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("completed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    op.create_index(
        "ix_verifications_phone_fingerprint_created_at",
        "verifications",
        ["phone_fingerprint", "created_at"],
        unique=False,
    )

    op.create_table(
        "send_attempts",
        sa.Column("attempt_sid", sa.String(length=64), nullable=False),
        sa.Column("verification_id", sa.String(length=64), nullable=False),
        sa.Column("task_id", sa.String(length=64), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "sms",
                "call",
                "whatsapp",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("sent_at", Instant(), server_default=clock_now(), nullable=False),
        sa.Column("message_status", sa.String(length=32), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["verification_id"],
            ["verifications.id"],
            name=op.f("fk_send_attempts_verification_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attempt_sid", name=op.f("pk_send_attempts")),
    )
    op.create_index("ix_send_attempts_task_id", "send_attempts", ["task_id"], unique=False)
    op.create_index("ix_send_attempts_verification_id", "send_attempts", ["verification_id"], unique=False)


def downgrade() -> None:
    for table in ("send_attempts", "verifications", "task_runs", "provider_calls"):
        op.drop_table(table)
