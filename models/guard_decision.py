"""Why a request was refused before Twilio was asked, or would have been: one row for each decision."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.closed_sets import GuardRule
from phone_verification.database_clock import clock_now


class GuardDecision(Base):
    """One rule that spoke against a run; `inputs` are the figures it was decided by, no number among them."""

    __tablename__ = "guard_decisions"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    task_id: Mapped[str] = mapped_column(String(64))
    rule: Mapped[GuardRule]
    is_enforced: Mapped[bool]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    decided_at: Mapped[datetime] = mapped_column(server_default=clock_now())

    # Whatever is redelivered: a rule speaks once about a run.
    __table_args__ = (Index(None, "task_id", "rule", unique=True), Index(None, "decided_at"))
