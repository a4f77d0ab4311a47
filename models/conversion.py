"""How many of those who were sent a code verify: by country, and by number block.

Lives here: one look-up. A block is the ten thousand numbers that differ in their last four digits, known by
an HMAC. What follows is decided in tasks/watch.py.
"""

from typing import Any, Final

from sqlalchemy import (
    CompoundSelect,
    Float,
    Integer,
    Select,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from models.closed_sets import GuardRule, VerificationStatus
from models.task_run import TaskRun
from models.verification import Verification
from phone_verification.database_clock import now_plus
from phone_verification.kinds import Operation, Outcome, RunState

_is_approved: Final = Verification.status == VerificationStatus.APPROVED
# Whose check we or Twilio could not answer has not failed to verify.
_is_unanswered: Final = exists().where(
    TaskRun.phone_fingerprint == Verification.phone_fingerprint,
    TaskRun.operation == Operation.CHECK,
    TaskRun.created_at >= Verification.created_at,
    or_(TaskRun.state != RunState.DONE, TaskRun.outcome.in_((Outcome.FAILED, Outcome.UNKNOWN))),
)


def _unverified(rule: GuardRule, whose: InstrumentedAttribute[Any]) -> Select[Any]:
    verifications, approved = func.count(), func.count().filter(_is_approved)
    most_approved = verifications * (1 - bindparam("share", type_=Float()))
    return (
        select(
            literal(rule.value).label("rule"),
            whose.label("whose"),
            verifications.label("verifications"),
            approved.label("approved"),
        )
        .where(
            Verification.created_at > now_plus(-bindparam("window_seconds", type_=Float())),
            Verification.created_at < now_plus(-bindparam("patience_seconds", type_=Float())),
            whose.is_not(None),
            # Nobody got its code, or another one verified the same person.
            Verification.status != VerificationStatus.CANCELED,
            or_(_is_approved, ~_is_unanswered),
        )
        .group_by(whose)
        .having(verifications >= bindparam("least", type_=Integer()), approved <= most_approved)
    )


UNVERIFIED: Final[CompoundSelect[Any]] = union_all(
    _unverified(GuardRule.UNVERIFIED_COUNTRY, Verification.country),
    _unverified(GuardRule.UNVERIFIED_NUMBER_BLOCK, Verification.number_block),
)
"""Countries and number blocks of which at least `share` of `least` verifications and more were not approved,
in a window that leaves the last `patience_seconds` out."""
