"""The sweep: what makes an accepted task end, whatever dies.

Lives here: one pass over the table. Everything is committed before anything is published, and the first
publish that fails ends the pass: what was not rung for is rung for later.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Connection

from models.database import AnyRow
from models.records import RECORD_UNFENCED
from models.sweeps import LAPSE, OVERDUE, RING
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import ErrorKind, Operation, RunState
from phone_verification.results import VerificationAnswer
from tasks.reply import result_json
from tasks.services import Services
from tasks.step import Finish

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one pass did, in runs."""

    lapsed: int
    ended: int
    rung: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alarm:
    operation: Operation
    task_id: str
    wants_result: bool


def sweep(services: Services) -> Swept:
    """Free lapsed leases, end what is overdue, ring for what nobody came for.

    The first two go on until nothing is left: a promise hangs on them. Ringing takes one page a pass, so
    that a backlog is not flooded.
    """
    rows = services.figures.sweep_rows
    lapsed = sum(_pages(lambda: _lapse(services), rows))
    overdue: list[_Alarm] = []
    ended = sum(_pages(lambda: _end_overdue(services, overdue), rows))
    with services.database.transaction() as connection:
        due = connection.execute(
            RING, {"limit": rows, "step_seconds": services.figures.alarm_step_seconds}
        ).all()
    rung = _publish(services, overdue + [_alarm(row) for row in due])
    return Swept(lapsed=lapsed, ended=ended, rung=rung)


def _pages(take: Callable[[], int], rows: int) -> Iterator[int]:
    """Take pages until one is not full."""
    while True:
        taken = take()
        yield taken
        if taken < rows:
            return


def _lapse(services: Services) -> int:
    with services.database.transaction() as connection:
        return connection.execute(LAPSE, {"limit": services.figures.sweep_rows}).rowcount


def _end_overdue(services: Services, alarms: list[_Alarm]) -> int:
    """End one page of overdue runs; whoever waits for a result on the open door is rung for."""
    with services.database.transaction() as connection:
        overdue = connection.execute(OVERDUE, {"limit": services.figures.sweep_rows}).all()
        for row in overdue:
            _end(connection, row)
    alarms.extend(_alarm(row) for row in overdue if row.wants_result)
    return len(overdue)


def _end(connection: Connection, row: AnyRow) -> None:
    is_doubtful = row.state is RunState.AMBIGUOUS
    kind = ErrorKind.OUTCOME_UNKNOWN if is_doubtful else row.error_kind or ErrorKind.PROVIDER_UNAVAILABLE
    step = Finish(
        outcome=KIND_FACTS[kind].outcome,
        kind=kind,
        provider_code=row.provider_code,
        verification=_verification(row),
    )
    connection.execute(
        RECORD_UNFENCED,
        {
            "run": row.task_id,
            "outcome": step.outcome,
            "error_kind": kind,
            "provider_code": row.provider_code,
            "provider_sid": row.provider_sid,
            "result": result_json(row.task_id, row.operation, step, row.ended_at),
            "finished_at": row.ended_at,
        },
    )
    log.info(
        "run.done",
        task_id=row.task_id,
        operation=row.operation.value,
        outcome=step.outcome.value,
        kind=kind.value,
        provider_code=row.provider_code,
        verification_id=row.verification_id or row.task_id,
        by="sweeper",
    )


def _verification(row: AnyRow) -> VerificationAnswer | None:
    if row.phone_masked is None:
        return None
    handle = row.task_id if row.operation is Operation.SEND else row.verification_id
    return VerificationAnswer(id=handle, phone=row.phone_masked, channel=row.channel)


def _alarm(row: AnyRow) -> _Alarm:
    return _Alarm(operation=row.operation, task_id=row.task_id, wants_result=row.wants_result)


def _publish(services: Services, alarms: list[_Alarm]) -> int:
    for rung, alarm in enumerate(alarms):
        try:
            services.ring(alarm.operation, alarm.task_id, countdown=0, wants_result=alarm.wants_result)
        except Exception as error:  # noqa: BLE001 - whatever the broker's client raises
            log.warning("sweep.broker_away", error=type(error).__name__)
            return rung
    return len(alarms)
