"""One verification at the provider, and the texts that were sent for it.

Lives here: `verifications` (Twilio's VE, or a code of our own: one code, five tries) and `send_attempts`
(Twilio's VL or SM: one text). The provider's own sid is the key, so that writing a fact twice is writing it
once; a code of our own is known by the task id of the send that it was made for.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.closed_sets import VerificationStatus
from phone_verification.database_clock import clock_now
from phone_verification.deliveries import DeliveryReason, DeliveryStatus
from phone_verification.kinds import Channel, Service

HOLDS_APPROVED_CODE = text("code_hmac IS NOT NULL")
OWN_AND_PENDING = text("service = 'messaging' AND status = 'pending'")
IS_LOOKED_AT = text("look_at IS NOT NULL")


class Verification(Base):
    """A code that a person may type; `code_hmac` is of the code that was approved, or of our own.

    `number_block` is an HMAC of the number without its last four digits: how the plan hands numbers out.
    """

    __tablename__ = "verifications"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    service: Mapped[Service] = mapped_column(server_default=Service.VERIFY.value)
    phone_fingerprint: Mapped[str] = mapped_column(String(96))
    phone_masked: Mapped[str] = mapped_column(String(24))
    country: Mapped[str] = mapped_column(String(2))
    number_block: Mapped[str | None] = mapped_column(String(96))
    channel: Mapped[Channel | None]
    status: Mapped[VerificationStatus]
    sends: Mapped[int] = mapped_column(server_default="0")
    failed_checks: Mapped[int] = mapped_column(server_default="0")
    code_hmac: Mapped[str | None] = mapped_column(String(96))
    replay_mismatches: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=clock_now())
    last_sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "phone_fingerprint", "created_at"),
        Index(None, "created_at"),
        Index(
            "own_codes_of_number",
            "phone_fingerprint",
            postgresql_where=OWN_AND_PENDING,
            sqlite_where=OWN_AND_PENDING,
        ),
        Index(
            "codes_of_verifications",
            "expires_at",
            postgresql_where=HOLDS_APPROVED_CODE,
            sqlite_where=HOLDS_APPROVED_CODE,
        ),
    )


class SendAttempt(Base):
    """One text or call that Twilio made; `task_id` is the intent it answers, where known.

    A text of a caller's own words belongs to no verification. What became of it is looked at again at
    `look_at`, and not any more where that is null.
    """

    __tablename__ = "send_attempts"

    attempt_sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    verification_id: Mapped[str | None] = mapped_column(ForeignKey("verifications.id", ondelete="CASCADE"))
    task_id: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[Channel | None]
    sent_at: Mapped[datetime] = mapped_column(server_default=clock_now())
    message_status: Mapped[str | None] = mapped_column(String(32))
    error_code: Mapped[int | None]
    delivery_status: Mapped[DeliveryStatus | None]
    delivery_reason: Mapped[DeliveryReason | None]
    looks: Mapped[int] = mapped_column(server_default="0")
    look_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "task_id"),
        Index(None, "verification_id"),
        Index("looks_due", "look_at", postgresql_where=IS_LOOKED_AT, sqlite_where=IS_LOOKED_AT),
    )
