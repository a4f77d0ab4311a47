"""The audit trail: one row for each HTTP call to the provider, without a number or a code."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from phone_verification.database_clock import clock_now


class ProviderCall(Base):
    """One call: what was asked, how it was answered, how long it took."""

    __tablename__ = "provider_calls"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    task_id: Mapped[str] = mapped_column(String(64))
    epoch: Mapped[int]
    endpoint: Mapped[str] = mapped_column(String(16))
    answer_class: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(32))
    http_status: Mapped[int | None]
    provider_code: Mapped[int | None]
    request_id: Mapped[str | None] = mapped_column(String(64))
    duration_ms: Mapped[int]
    answered_at: Mapped[datetime] = mapped_column(server_default=clock_now())

    __table_args__ = (Index(None, "task_id"), Index(None, "answered_at"))
