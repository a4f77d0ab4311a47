"""The base of all tables: names of constraints, and how enums and instants are stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Enum, MetaData
from sqlalchemy.orm import DeclarativeBase

from models.closed_sets import GuardRule, VerificationStatus
from phone_verification.database_clock import Instant
from phone_verification.deliveries import DeliveryReason, DeliveryStatus
from phone_verification.kinds import Channel, ErrorKind, Operation, Outcome, RunState, Service


def closed_set(members: type[StrEnum]) -> Enum:
    """Store a closed set as its values, checked by the database."""
    return Enum(
        members,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda kind: [member.value for member in kind],
    )


class Base(DeclarativeBase):
    """All tables; migrations and models are held alike by `db check`."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant(),
        **{
            kind: closed_set(kind)
            for kind in (
                Channel,
                DeliveryReason,
                DeliveryStatus,
                ErrorKind,
                GuardRule,
                Operation,
                Outcome,
                RunState,
                Service,
                VerificationStatus,
            )
        },
    }
