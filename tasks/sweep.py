"""The sweep: what makes an accepted task end, whatever dies.

Lives here: one pass over the table. Everything is committed before anything is published, and the first
publish that fails ends the pass: what was not rung for is rung for later.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from models.database import AnyRow
from models.history import SENDS_OF_NUMBER
from models.own_codes import CANCEL_CODE
from models.records import RECORD_UNFENCED
from models.sweeps import LAPSE, OVERDUE, RING
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import ErrorKind, Operation, RunState, Service
from phone_verification.results import VerificationAnswer
from phone_verification.task_ids import is_task_id, shown_id
from tasks.admission import number_window
from tasks.guard import next_send_in_seconds
from tasks.outcomes import tell_swept
from tasks.reply import result_json
from tasks.rules import Rules
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
class Alarm:
    """A run to ring for."""

    operation: Operation
    task_id: str
    wants_result: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What ending what is due did, in runs; `alarms` are for those who wait for a result."""

    lapsed: int
    ended: int
    alarms: tuple[Alarm, ...]


def sweep(services: Services) -> Swept:
    """Do a whole pass: end what is due, and ring."""
    done = end_due(services)
    return Swept(lapsed=done.lapsed, ended=done.ended, rung=ring_due(services, done.alarms))


def end_due(services: Services) -> Ended:
    """Free lapsed leases and end what is overdue, until nothing is left: a promise hangs on it.

    Needs the database alone: a broker that is slow or away must not hold this up.
    """
    rows = services.figures.sweep_rows
    lapsed = sum(_pages(lambda: _lapse(services), rows))
    overdue: list[Alarm] = []
    ended = sum(_pages(lambda: _end_overdue(services, overdue), rows))
    return Ended(lapsed=lapsed, ended=ended, alarms=tuple(overdue))


def ring_due(services: Services, alarms: Sequence[Alarm] = ()) -> int:
    """Ring for some runs and for a page of those that nobody came for, so that a backlog is not flooded."""
    names = {"limit": services.figures.sweep_rows, "step_seconds": services.figures.alarm_step_seconds}
    with services.database.transaction() as connection:
        due = connection.execute(RING, names).all()
    return _publish(services, [*alarms, *(_alarm(row) for row in due)])


def _pages(take: Callable[[], int], rows: int) -> Iterator[int]:
    """Take pages until one is not full."""
    while True:
        taken = take()
        yield taken
        if taken < rows:
            return


def _lapse(services: Services) -> int:
    with services.database.transaction() as connection:
        return len(connection.execute(LAPSE, {"limit": services.figures.sweep_rows}).all())


def _end_overdue(services: Services, alarms: list[Alarm]) -> int:
    """End one page of overdue runs; whoever waits for a result on the open door is rung for."""
    with services.database.transaction() as connection:
        overdue = connection.execute(OVERDUE, {"limit": services.figures.sweep_rows}).all()
        ended = [(row, _end(connection, services.rules, row)) for row in overdue]
    for row, step in ended:
        tell_swept(row, step)
    alarms.extend(_alarm(row) for row in overdue if row.wants_result)
    return len(overdue)


def _end(connection: Connection, rules: Rules, row: AnyRow) -> Finish:
    is_doubtful = row.state is RunState.AMBIGUOUS
    kind = ErrorKind.OUTCOME_UNKNOWN if is_doubtful else row.error_kind or ErrorKind.PROVIDER_UNAVAILABLE
    step = Finish(
        outcome=KIND_FACTS[kind].outcome,
        kind=kind,
        provider_code=row.provider_code,
        verification=_verification(connection, rules, row),
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
    if not is_doubtful and row.service is Service.MESSAGING:
        connection.execute(CANCEL_CODE, {"own_code": row.task_id})
    return step


def _verification(connection: Connection, rules: Rules, row: AnyRow) -> VerificationAnswer | None:
    if row.phone_masked is None or row.operation is Operation.MESSAGE:
        return None
    handle = row.task_id if row.operation is Operation.SEND else row.verification_id
    wait = _next_send_in_seconds(connection, rules, row)
    return VerificationAnswer(
        id=shown_id(handle),
        phone=row.phone_masked,
        channel=row.channel,
        service=row.service or Service.VERIFY,
        next_send_at=row.ended_at + timedelta(seconds=wait),
        next_send_in=math.ceil(wait),
    )


def _next_send_in_seconds(connection: Connection, rules: Rules, row: AnyRow) -> float:
    names = {
        "run": row.task_id,
        "phone_fingerprints": [row.phone_fingerprint],
        **number_window(rules),
    }
    ages = [sent.age_seconds for sent in connection.execute(SENDS_OF_NUMBER, names)]
    is_doubtful_send = row.operation is Operation.SEND and row.state is RunState.AMBIGUOUS
    own = [row.since_last_seconds] if is_doubtful_send else []
    return next_send_in_seconds(rules, [*own, *ages])


def _alarm(row: AnyRow) -> Alarm:
    return Alarm(operation=row.operation, task_id=row.task_id, wants_result=row.wants_result)


def _publish(services: Services, alarms: list[Alarm]) -> int:
    # What another language inserted under an id that is none would be shown, and no worker would take it.
    alarms = [alarm for alarm in alarms if is_task_id(alarm.task_id)]
    for rung, alarm in enumerate(alarms):
        try:
            services.ring(alarm.operation, alarm.task_id, countdown=0, wants_result=alarm.wants_result)
        except Exception as error:  # noqa: BLE001 - whatever the broker's client raises
            log.warning("sweep.broker_away", error=type(error).__name__)
            return rung
    return len(alarms)
