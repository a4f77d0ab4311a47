"""What really happened: the stand-in's own records, and how each run ended by the table.

Lives here: reading, once, after a case. Judging is `promises`'.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from models import TaskRun
from models.database import Database
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState, Service
from simulator.client import SimulatorClient

_OWN_CODE: Final = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a caller asked for; `is_right` says of a check whether its code must be approved."""

    task_id: str
    operation: Operation
    to: str
    code: str | None = None
    is_right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a run stands; moments in seconds of the database's clock."""

    state: RunState
    outcome: Outcome | None
    kind: ErrorKind | None
    created_at: float
    deadline_at: float
    finished_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that reached the stand-in; `twilio_status` is what it decided, `status` what it answered."""

    endpoint: str
    at: float
    fault: str | None
    processed_at: float | None
    twilio_status: int | None
    status: int | None

    @property
    def is_answered(self) -> bool:
        """Whether the true answer left."""
        return self.fault is None and self.status is not None and self.status < 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All of it, by task id and by number.

    `approved` are the codes whose approval is true: Twilio's own, and ours that were texted.
    """

    runs: dict[str, Run]
    texts: dict[str, list[str]]
    calls: dict[str, list[Call]]
    approved: dict[str, set[str]]


def collect(database: Database, phone: SimulatorClient, intents: Iterable[Intent]) -> Evidence:
    """Read the table and the stand-in's records."""
    runs = read_runs(database, [intent.task_id for intent in intents])
    texts: dict[str, list[str]] = {}
    approved: dict[str, set[str]] = {}
    for message in phone.inbox():
        texts.setdefault(message["to"], []).append(_code(message))
        if message["service"] == Service.MESSAGING:
            approved.setdefault(message["to"], set()).add(_code(message))
    calls: dict[str, list[Call]] = {}
    for entry in phone.requests():
        calls.setdefault(entry["to"] or "", []).append(_call(entry))
    for known in phone.verifications():
        if known["status"] == "approved":
            approved.setdefault(known["to"], set()).add(known["code"])
    return Evidence(runs=runs, texts=texts, calls=calls, approved=approved)


def read_runs(database: Database, task_ids: list[str]) -> dict[str, Run]:
    """Read how these runs stand; one that is in no table is missing."""
    with database.transaction() as connection:
        rows = connection.execute(
            select(
                TaskRun.task_id,
                TaskRun.state,
                TaskRun.outcome,
                TaskRun.error_kind,
                TaskRun.created_at,
                TaskRun.deadline_at,
                TaskRun.finished_at,
            ).where(TaskRun.task_id.in_(task_ids))
        ).all()
    return {
        row.task_id: Run(
            state=row.state,
            outcome=row.outcome,
            kind=row.error_kind,
            created_at=row.created_at.timestamp(),
            deadline_at=row.deadline_at.timestamp(),
            finished_at=row.finished_at and row.finished_at.timestamp(),
        )
        for row in rows
    }


def _code(message: dict[str, Any]) -> str:
    """Read a text's code; of one of our own Twilio knows only the words."""
    found = _OWN_CODE.search(message["text"])
    return message["code"] or (found.group() if found else "")


def _call(entry: dict[str, Any]) -> Call:
    return Call(
        endpoint=entry["endpoint"],
        at=_moment(entry["at"]) or 0,
        fault=entry["fault"],
        processed_at=_moment(entry["processed_at"]),
        twilio_status=entry["twilio_status"],
        status=entry["status"],
    )


def _moment(text: str | None) -> float | None:
    return None if text is None else datetime.fromisoformat(text).timestamp()
