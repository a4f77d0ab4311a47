"""Runs as rows: put into any state, moved by one statement, and read back.

Lives here: what the tests of statements share. Time is shifted in the row instead of waited for.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Executable, insert, literal, select, update

from models.claims import BEGIN, CLAIM
from models.database import AnyRow, Database
from models.refusals import DATABASE_TIME
from models.task_run import TaskRun
from phone_verification.database_clock import now, now_plus
from phone_verification.kinds import Operation, Outcome, RunState
from phone_verification.task_ids import new_task_id

NUMBER = "k1:a number"
LEASE_SECONDS = 15.0
TAIL_SECONDS = 7.0
LEASE = {"lease_seconds": LEASE_SECONDS, "tail_seconds": TAIL_SECONDS}
A_MILLISECOND = timedelta(milliseconds=2)

OPEN_STATES = [state for state in RunState if state is not RunState.DONE]
RESTING = (RunState.ACCEPTED, RunState.WAITING, RunState.AMBIGUOUS)
LEASED = (RunState.CALLING, RunState.SETTLING)


def seconds_from_now(seconds: float) -> now_plus:
    """A moment by the database's clock."""
    return now_plus(literal(seconds))


def seconds(later: datetime, earlier: datetime) -> float:
    """How long from one stamp to another."""
    return (later - earlier).total_seconds()


def public_columns(operation: Operation = Operation.SEND, **columns: object) -> dict[str, Any]:
    """What an open-door message is stored with, and for how long it is claimed."""
    values: dict[str, Any] = {
        "task_id": new_task_id(),
        "operation": operation,
        "version": 1,
        "channel": None,
        "country": "KR",
        "phone_masked": "+82*****5678",
        "phone_fingerprint": NUMBER,
        "client_ref_hmac": None,
        "code_hmac": None,
        "arguments_fingerprint": "k1:arguments",
        "verification_id": None,
        "sealed_arguments": "sealed",
        "wants_result": False,
        "deadline_seconds": 120.0,
        "requested_at": None,
    }
    return {**values, **LEASE, **columns}


def ending(task_id: str, epoch: int, **columns: object) -> dict[str, Any]:
    """What a run ends with."""
    values: dict[str, Any] = {
        "run": task_id,
        "held_epoch": epoch,
        "outcome": Outcome.SENT,
        "error_kind": None,
        "provider_code": None,
        "provider_sid": "VE1",
        "result": {"outcome": "sent"},
        "finished_at": datetime.fromisoformat("2026-01-01T00:00:00Z"),
    }
    return {**values, **columns}


@dataclass(frozen=True, slots=True)
class Runs:
    """The table of runs; inside `together`, every statement sees one and the same moment (PostgreSQL)."""

    database: Database
    _shared: list[Connection] = field(default_factory=list)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Run what follows in one transaction, so that no pause of the machine lies in between."""
        with self.database.transaction() as connection:
            self._shared.append(connection)
            try:
                yield
            finally:
                self._shared.clear()

    def put(
        self,
        state: RunState = RunState.ACCEPTED,
        operation: Operation = Operation.SEND,
        **columns: object,
    ) -> str:
        """Add a run in a state, claimable at once, with two minutes to go."""
        begun = () if state in (RunState.ACCEPTED, RunState.WAITING) else ("first_begun_at", "last_begun_at")
        values: dict[str, Any] = {
            "task_id": new_task_id(),
            "operation": operation,
            "state": state,
            "phone_fingerprint": NUMBER,
            "phone_masked": "+82*****5678",
            "country": "KR",
            "arguments_fingerprint": "k1:arguments",
            "sealed_arguments": "sealed",
            "deadline_at": seconds_from_now(120),
            "not_before": now(),
            "ring_at": seconds_from_now(2),
            "posts": 1 if begun else 0,
            **dict.fromkeys(begun, now()),
        }
        values.update(columns)
        self.do(insert(TaskRun).values(values))
        return str(values["task_id"])

    def change(self, task_id: str, **columns: object) -> None:
        """Write columns as no statement of the product would."""
        self.do(update(TaskRun).where(TaskRun.task_id == task_id).values(columns))

    def read(self, task_id: str) -> AnyRow:
        """Read a run as it stands."""
        row = self.row(select(*TaskRun.__table__.c).where(TaskRun.task_id == task_id))
        assert row is not None
        return row

    def clock(self) -> datetime:
        """Return the database's time."""
        row = self.row(DATABASE_TIME)
        assert row is not None
        return cast("datetime", row[0])

    def row(self, statement: Executable, values: Mapping[str, Any] | None = None) -> AnyRow | None:
        """Run one statement and return its row."""
        if self._shared:
            return self._shared[0].execute(statement, values or {}).one_or_none()
        return self.database.one(statement, values or {})

    def do(self, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
        """Run a statement; return how many rows it changed, or returned."""
        with nullcontext(self._shared[0]) if self._shared else self.database.transaction() as connection:
            done = connection.execute(statement, values or {})
            return len(done.all()) if done.returns_rows else done.rowcount

    def claim(self, task_id: str, **lease: float) -> AnyRow | None:
        """Claim a run, as what it is."""
        known = self.row(select(TaskRun.operation).where(TaskRun.task_id == task_id))
        names = {"run": task_id, "as_operation": known.operation if known else Operation.SEND}
        return self.row(CLAIM, {**names, **LEASE, **lease})

    def begin(self, values: dict[str, Any], statement: Mapping[str, Executable] = BEGIN) -> AnyRow | None:
        """Accept an open-door message."""
        return self.row(statement[self.database.dialect], values)
