"""What is kept besides runs: verifications with their texts, calls and decisions, as old as wanted.

Lives here: rows that the tests of retention put in, one by one or by the thousand, and what is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any, Final

from sqlalchemy import String, cast, func, insert, select

from models import Base, GuardDecision, GuardRule, ProviderCall, SendAttempt, TaskRun, Verification
from models.closed_sets import VerificationStatus
from models.database import Database
from phone_verification.kinds import Operation, RunState
from tests.integration.statements.rows import NUMBER, seconds_from_now

DAY: Final = 86_400.0
TTL: Final = 600.0

_numbers: Final = count(1)


def put(database: Database, *rows: Base) -> None:
    """Add rows as given; what is left out has its default."""
    with database.transaction() as connection:
        for row in rows:
            connection.execute(insert(type(row)).values(_given(row)))


def put_many(database: Database, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
    """Add many rows of one shape at once."""
    with database.transaction() as connection:
        connection.execute(insert(model), list(rows))


def _given(row: Base) -> dict[str, Any]:
    columns = row.__table__.columns.keys()
    return {name: value for name, value in vars(row).items() if name in columns}


def verification(*, made: float, ttl: float = TTL, **columns: Any) -> Verification:
    """A verification that was made so many seconds ago, and lived for `ttl`."""
    values: dict[str, Any] = {
        "id": f"VE{next(_numbers)}",
        "phone_fingerprint": NUMBER,
        "phone_masked": "+82*****5678",
        "country": "KR",
        "status": VerificationStatus.PENDING,
        "created_at": seconds_from_now(-made),
        "expires_at": seconds_from_now(ttl - made),
    }
    return Verification(**{**values, **columns})


def text(verification_id: str | None, *, sent: float, task_id: str | None = None) -> SendAttempt:
    """A text of a verification, or of a message that belongs to none, that many seconds old."""
    sid = f"VL{next(_numbers)}"
    return SendAttempt(
        attempt_sid=sid, verification_id=verification_id, task_id=task_id, sent_at=seconds_from_now(-sent)
    )


def call(task_id: str, *, made: float = 0) -> ProviderCall:
    """A line of the audit trail."""
    return ProviderCall(
        task_id=task_id,
        epoch=1,
        endpoint="start",
        answer_class="succeeded",
        reason="answered",
        duration_ms=1,
        answered_at=seconds_from_now(-made),
    )


def decision(task_id: str, *, made: float = 0) -> GuardDecision:
    """A decision of the guard."""
    return GuardDecision(
        task_id=task_id,
        rule=GuardRule.RESEND_WAIT,
        is_enforced=True,
        inputs={"waited_seconds": 3},
        decided_at=seconds_from_now(-made),
    )


def run(task_id: str, *, asked: float, state: RunState = RunState.DONE, **columns: Any) -> TaskRun:
    """A run that was accepted so many seconds ago, and ended a second later if it is done."""
    values: dict[str, Any] = {
        "task_id": task_id,
        "operation": Operation.SEND,
        "phone_fingerprint": NUMBER,
        "phone_masked": "+82*****5678",
        "arguments_fingerprint": "k1:arguments",
        "state": state,
        "created_at": seconds_from_now(-asked),
        "deadline_at": seconds_from_now(120 - asked),
    }
    if state is RunState.DONE:
        values |= {"finished_at": seconds_from_now(1 - asked), "ring_at": None}
    return TaskRun(**{**values, **columns})


def rows_left(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.transaction() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def anywhere(database: Database, fingerprints: Sequence[str]) -> list[str]:
    """Search every column of every table, whatever its type, for any of the fingerprints or its digits."""
    found = []
    with database.transaction() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                values = connection.execute(select(cast(column, String))).scalars()
                said = " ".join(str(value) for value in values)
                found += [
                    f"{table.name}.{column.name}"
                    for one in fingerprints
                    if one in said or one.partition(":")[2] in said
                ]
    return found
