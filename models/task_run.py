"""One intent of a caller, from acceptance to its frozen result.

Lives here: the table `task_runs` with its two locks. A lock is a partial unique index that the run's own
transitions take and free: one text and one check per number at a time. Two texts in doubt at once could
not be told apart.
The database fills what other languages leave out; docs/contract.md names the columns they may write.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from phone_verification.database_clock import clock_now
from phone_verification.kinds import Channel, ErrorKind, Operation, Outcome, RunState, Service

_TEXT_LOCK = text("operation IN ('send', 'message') AND state IN ('calling', 'ambiguous', 'settling')")
_CHECK_LOCK = text("operation = 'check' AND state IN ('calling', 'settling')")
# Only what the guard counts: whoever is refused a thousand times must not make counting slow.
_LEFT = text("operation = 'send' AND posts >= 1")
_TEXTED = text("operation IN ('send', 'message') AND posts >= 1")
_WRONG = text("operation = 'check' AND error_kind = 'invalid_code'")
# Written out, and used in the statements too: a database takes a partial index only for what it can prove.
OPEN = text("state <> 'done'")
HOLDS_CODE = text("code_hmac IS NOT NULL AND state = 'done'")


class TaskRun(Base):
    """A run; `epoch` fences it, `not_before` is lease and retry wait in one, `ring_at` the sweeper's call.

    `service` is the one whose request may have left, and is where a lost answer is looked for.
    """

    __tablename__ = "task_runs"

    task_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    operation: Mapped[Operation]
    version: Mapped[int] = mapped_column(server_default="1")
    channel: Mapped[Channel | None]
    service: Mapped[Service | None]
    country: Mapped[str | None] = mapped_column(String(2))
    phone_masked: Mapped[str | None] = mapped_column(String(24))
    phone_fingerprint: Mapped[str | None] = mapped_column(String(96))
    client_ref_hmac: Mapped[str | None] = mapped_column(String(96))
    code_hmac: Mapped[str | None] = mapped_column(String(96))
    arguments_fingerprint: Mapped[str] = mapped_column(String(96))
    verification_id: Mapped[str | None] = mapped_column(String(64))
    sealed_arguments: Mapped[str | None] = mapped_column(Text)
    wants_result: Mapped[bool] = mapped_column(server_default=false())
    deadline_at: Mapped[datetime]

    state: Mapped[RunState] = mapped_column(server_default=RunState.ACCEPTED.value)
    epoch: Mapped[int] = mapped_column(server_default="0")
    posts: Mapped[int] = mapped_column(server_default="0")
    publishes: Mapped[int] = mapped_column(server_default="0")
    first_begun_at: Mapped[datetime | None]
    last_begun_at: Mapped[datetime | None]
    not_before: Mapped[datetime] = mapped_column(server_default=clock_now())
    ring_at: Mapped[datetime | None] = mapped_column(server_default=clock_now(2))

    provider_sid: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[Outcome | None]
    error_kind: Mapped[ErrorKind | None]
    provider_code: Mapped[int | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(server_default=clock_now())
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "one_text_per_number",
            "phone_fingerprint",
            unique=True,
            postgresql_where=_TEXT_LOCK,
            sqlite_where=_TEXT_LOCK,
        ),
        Index(
            "one_check_at_a_time",
            "phone_fingerprint",
            unique=True,
            postgresql_where=_CHECK_LOCK,
            sqlite_where=_CHECK_LOCK,
        ),
        Index("ix_task_runs_ring_at", "ring_at", postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_task_runs_deadline_at", "deadline_at", postgresql_where=OPEN, sqlite_where=OPEN),
        Index(
            "sends_of_number",
            "phone_fingerprint",
            "last_begun_at",
            postgresql_where=_LEFT,
            sqlite_where=_LEFT,
        ),
        Index(
            "sends_of_client_ref",
            "client_ref_hmac",
            "last_begun_at",
            postgresql_where=_LEFT,
            sqlite_where=_LEFT,
        ),
        Index("texts_of_all", "last_begun_at", postgresql_where=_TEXTED, sqlite_where=_TEXTED),
        Index(
            "wrong_codes_of_number",
            "phone_fingerprint",
            "finished_at",
            postgresql_where=_WRONG,
            sqlite_where=_WRONG,
        ),
        Index("codes_of_runs", "created_at", postgresql_where=HOLDS_CODE, sqlite_where=HOLDS_CODE),
        Index(None, "phone_fingerprint", "operation", "created_at"),
        Index(None, "created_at"),
    )
