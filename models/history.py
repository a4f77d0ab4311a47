"""What a number, and whoever asks for it, has used up of what the guard allows.

Lives here: look-ups only, each for one run (`run`), which is not counted itself. Where it is decided whether
it may be sent, neither is what began after it: of two at once only the later sees the other. What follows is
decided in tasks/guard.py.
"""

from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, aliased

from models.guard_decision import GuardDecision
from models.task_run import TaskRun
from phone_verification.database_clock import now, now_plus, seconds_between
from phone_verification.kinds import ErrorKind, Operation, Outcome

_run: Final[BindParameter[str]] = bindparam("run")
_mine: Final = aliased(TaskRun)
_begun: Final = func.coalesce(
    select(_mine.last_begun_at).where(_mine.task_id == _run).scalar_subquery(), now()
)
_is_not_mine: Final = TaskRun.task_id != _run
# Of two in the same moment each counts the other: one too few rather than one too many.
_is_before_mine: Final = and_(TaskRun.last_begun_at <= _begun, _is_not_mine)

_has_left: Final = and_(
    TaskRun.posts >= 1,
    or_(
        TaskRun.outcome.is_(None),
        TaskRun.outcome != Outcome.FAILED,
        TaskRun.error_kind == ErrorKind.INTERNAL_ERROR,
    ),
)
"""A text counts once its request may have left, unless it ended for a fault that is not the person's."""

_is_send: Final = TaskRun.operation == Operation.SEND
_is_text: Final = TaskRun.operation.in_([operation for operation in Operation if operation.is_sending])


def _ages(whose: str, at: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    """Select how many seconds ago each happened, youngest first; `<whose>_most` of them at most."""
    rows = (
        select(seconds_between(now(), at).label("age_seconds"))
        .where(*conditions, at > now_plus(-bindparam(f"{whose}_window_seconds", type_=Float())))
        .order_by(at.desc())
        .limit(bindparam(f"{whose}_most", type_=Integer()))
        .subquery()
    )
    return select(literal(whose).label("whose"), rows.c.age_seconds)


def _of_number(*conditions: ColumnElement[bool]) -> Select[Any]:
    return _ages(
        "number",
        TaskRun.last_begun_at,
        TaskRun.phone_fingerprint.in_(bindparam("phone_fingerprints", expanding=True)),
        _is_send,
        _has_left,
        *conditions,
    )


_of_client_ref: Final = _ages(
    "client_ref",
    TaskRun.last_begun_at,
    TaskRun.client_ref_hmac.in_(bindparam("client_ref_hmacs", expanding=True)),
    _is_send,
    _has_left,
    _is_before_mine,
)
_wrong_codes: Final = _ages(
    "wrong_codes",
    TaskRun.finished_at,
    TaskRun.phone_fingerprint.in_(bindparam("phone_fingerprints", expanding=True)),
    TaskRun.operation == Operation.CHECK,
    TaskRun.error_kind == ErrorKind.INVALID_CODE,
    # A code that was refused without asking has used up no try.
    TaskRun.posts >= 1,
    TaskRun.verification_id.is_not(None) == bindparam("has_handle"),
)

HISTORY_OF_SEND: Final[CompoundSelect[Any]] = union_all(_of_number(_is_before_mine), _of_client_ref)
"""Earlier sends of the number, and those counted against the same `client_ref`: `whose`, `age_seconds`."""

SENDS_OF_NUMBER: Final[Select[Any]] = _of_number(_is_not_mine)
"""All other sends of the number, for telling when the next may be."""

HISTORY_OF_CHECK: Final[CompoundSelect[Any]] = union_all(SENDS_OF_NUMBER, _wrong_codes)
"""All sends of the number, and wrong codes for it, with a handle or without one: `whose`, `age_seconds`."""

_all: Final = (
    select(seconds_between(now(), TaskRun.last_begun_at).label("age_seconds"))
    .where(
        TaskRun.last_begun_at > now_plus(-bindparam("window_seconds", type_=Float())),
        _is_text,
        _has_left,
        _is_before_mine,
    )
    .order_by(TaskRun.last_begun_at.desc())
    .limit(bindparam("most", type_=Integer()))
    .subquery()
)
SENDS_OF_ALL: Final = select(
    func.count().label("sends"), func.max(_all.c.age_seconds).label("oldest_age_seconds")
).select_from(_all)
"""How many texts of everybody began before this one, as far as `most`, and the age of the oldest."""


def _keep_decision(insert: Any) -> Any:  # noqa: ANN401 - the dialects' inserts share no base
    columns = GuardDecision.__table__.c
    names = ("task_id", "rule", "is_enforced", "inputs")
    return (
        insert(GuardDecision)
        .values({name: bindparam(name, type_=columns[name].type) for name in names})
        .on_conflict_do_nothing(index_elements=["task_id", "rule"])
    )


KEEP_DECISION: Final = {
    "postgresql": _keep_decision(postgresql.insert),
    "sqlite": _keep_decision(sqlite.insert),
}
"""Write down what a rule said of a run, once."""
