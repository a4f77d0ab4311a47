"""Ending a run with all that its one answer told, in one statement: one round trip instead of six.

Lives here: PostgreSQL's statement for the common case, made of those of `models.records`. Every write hangs
on the first: when the run is not held any more nothing is written, and the caller goes the long way. So the
run's row is locked before its verification's, as everywhere.
https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.dialects import postgresql

from models.provider_call import ProviderCall
from models.records import RECORD, added_to_known, attempt_columns, unless_known, verification_columns
from models.task_run import TaskRun
from models.verification import SendAttempt, Verification

# Named like a column of the run, SQLAlchemy would take a value for a SET of its own.
VERIFICATION: Final = "kept_"
TEXT: Final = "text_"
CALL: Final = "call_"

_ended: Final = RECORD.returning(TaskRun.task_id).cte("ended")


def _once_ended(table: Any, columns: dict[str, ColumnElement[Any]], needed: str) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    """Insert a row if the run was ended here and there is one to insert: its `needed` column is no null."""
    row = select(*(value.label(name) for name, value in columns.items())).select_from(_ended)
    return postgresql.insert(table).from_select(list(columns), row.where(columns[needed].is_not(None)))


def _call_columns() -> dict[str, ColumnElement[Any]]:
    columns = ProviderCall.__table__.c
    given = (name for name in columns.keys() if name not in ("id", "answered_at"))  # noqa: SIM118 - no dict
    return {name: bindparam(f"{CALL}{name}", type_=columns[name].type) for name in given}


_verification: Final = verification_columns(VERIFICATION)
_text: Final = attempt_columns(TEXT)
_call: Final = _call_columns()

_kept: Final = added_to_known(_once_ended(Verification, _verification, "id")).cte("kept")
_texted: Final = unless_known(_once_ended(SendAttempt, _text, "attempt_sid")).cte("texted")
_called: Final = _once_ended(ProviderCall, _call, "endpoint").cte("called")

RECORD_AT_ONCE: Final = (
    select(func.count().label("ended")).select_from(_ended).add_cte(_kept, _texted, _called)
)
"""End a run under its claim, with a verification, a text and a call; what has no key is left out.

`ended` is 1, or 0 when the claim was lost: then nothing was written.
"""

_NAMED: Final = tuple(
    bind.key
    for bind in RECORD_AT_ONCE.compile(dialect=postgresql.dialect()).binds.values()  # type: ignore[no-untyped-call]
    if bind.key.startswith((VERIFICATION, TEXT, CALL))
)
NOTHING_TOLD: Final[dict[str, Any]] = {
    **dict.fromkeys(_NAMED),
    # A null without a type cannot be reckoned with.
    f"{VERIFICATION}age_seconds": 0.0,
    f"{VERIFICATION}ttl_seconds": 0.0,
    f"{VERIFICATION}is_approved": False,
}
"""The values that the statement asks for beyond RECORD's, where there is nothing to keep."""
