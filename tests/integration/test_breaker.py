"""Outages as a whole worker lives through them: what leaves, who waits, what the operator hears.

Times are a tenth of production's, but for calls and checks, which a busy machine must not cut short.
"""

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client
from sqlalchemy import ColumnElement, func, select

from models.task_run import TaskRun
from phone_verification.kinds import ErrorKind, Outcome, RunState
from simulator.client import SimulatorClient
from tasks.figures import Figures
from tests.integration.conftest import Backend, backend_on
from worker.demo.redis_server import RedisServer
from worker.demo.waiting import wait_until

SCALE = 0.1
PATIENT: dict[str, Any] = {
    "check_deadline_seconds": 100,
    "start_budget_seconds": 30,
    "check_budget_seconds": 20,
    "connect_budget_seconds": 10,
}
Start = Callable[..., Any]
UNAVAILABLE = TaskRun.error_kind == ErrorKind.PROVIDER_UNAVAILABLE


@pytest.fixture
def worker(
    fresh_postgres: str, redis: RedisServer, simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> Start:
    """Starts a worker of four threads with figures of one's own, and a web backend beside it."""

    @contextmanager
    def begin(**figures: Any) -> Iterator[Backend]:
        with redis_client.Redis(port=redis.port) as broker:
            broker.flushall()
        changed = Figures(**{**PATIENT, **figures})
        with backend_on(fresh_postgres, redis, simulator, tmp_path, changed, time_scale=SCALE) as backend:
            yield backend

    return begin


def number(n: int) -> str:
    """A number of one's own."""
    return f"010-{n:04d}-5678"


def send_steadily(backend: Backend, *, rate: float, seconds: float) -> list[str]:
    """Accept sends at a steady rate; a late one does not delay the next."""
    begun_at, handles = time.monotonic(), []
    for n in range(round(rate * seconds)):
        time.sleep(max(begun_at + n / rate - time.monotonic(), 0))
        handles.append(backend.client.send(number(1000 + n)))
    return handles


def count(backend: Backend, *conditions: ColumnElement[bool]) -> int:
    """How many runs there are of some kind."""
    with backend.database.transaction() as connection:
        return connection.scalar(select(func.count()).select_from(TaskRun).where(*conditions)) or 0


def kinds_when_over(backend: Backend, *, within: float) -> dict[str, ErrorKind | None]:
    """Wait until every run is over; each with its kind."""
    is_open = TaskRun.state != RunState.DONE
    wait_until(lambda: count(backend, is_open) == 0, "every run is over", seconds=within)
    with backend.database.transaction() as connection:
        rows = connection.execute(select(TaskRun.task_id, TaskRun.error_kind)).all()
    return {row.task_id: row.error_kind for row in rows}


def lines(backend: Backend, event: str) -> list[dict[str, Any]]:
    """The worker's log lines of an event."""
    written = [json.loads(line) for line in backend.log.read_text().splitlines() if line.startswith("{")]
    return [line for line in written if line.get("event") == event]


def started_at(backend: Backend, *, since: float = 0) -> list[float]:
    """When each start reached Twilio, in seconds of the epoch."""
    calls = backend.phone.requests(endpoint="start")
    times = (datetime.fromisoformat(call["at"]).timestamp() for call in calls)
    return sorted(when for when in times if when >= since)


@pytest.mark.parametrize("mode", ["refuse", "503"])
def test_an_outage_of_a_minute_is_ridden_out_by_all_without_a_storm(worker: Start, mode: str) -> None:
    """Everybody who came during it gets one text, and in no ten seconds Twilio is asked three times as often.

    Ten seconds, because at this rate a single one holds little but chance; its share is counted in. The few
    starts that Twilio answered 503 may have been carried out: they are settled, and not asked for blindly.
    """
    rate, outage = 6, 60 * SCALE
    with worker() as backend:
        over_at = time.time() + outage
        backend.phone.outage(mode, seconds=outage)
        handles = send_steadily(backend, rate=rate, seconds=1.9 * outage)
        kinds = kinds_when_over(backend, within=40)

    lost = sum(call["status"] == 503 for call in backend.phone.requests(endpoint="start"))
    assert lost <= (5 + 1 if mode == "503" else 0)
    assert len(kinds) == len(handles)
    assert sum(kind is None for kind in kinds.values()) >= 0.99 * len(handles)
    assert set(Counter(message["to"] for message in backend.phone.inbox()).values()) == {1}
    busiest = Counter(int(when - over_at) for when in started_at(backend, since=over_at)).most_common(1)[0][1]
    assert busiest <= 3 * rate + math.sqrt(3 * rate)
    for event in ("breaker.opened", "breaker.closed"):
        assert [line["endpoint"] for line in lines(backend, event)].count("start") == 1


def test_checks_are_answered_while_starts_hang(worker: Start) -> None:
    """Hanging sends take half of four threads; when the breaker has opened no further start leaves."""
    with worker(breaker_failures=2, send_deadline_seconds=300) as backend:
        known = [number(n) for n in range(3)]
        handles = [backend.client.send(known_number) for known_number in known]
        assert {backend.result(handle).outcome for handle in handles} == {Outcome.SENT}
        hanging = backend.phone.fault("never_answer", "start", times=None, processed=False)
        waiting = [backend.client.send(number(1000 + n)) for n in range(20)]
        wait_until(lambda: backend.phone.counts()["in_flight"] == 2, "two starts hang", seconds=10)

        asked_at = time.monotonic()
        for handle, known_number in zip(handles, known, strict=True):
            code = backend.phone.code("+82" + known_number.replace("-", "")[1:])
            checked = backend.client.check(code, phone_number=known_number, verification_id=handle)
            assert backend.result(checked).outcome is Outcome.APPROVED
        assert time.monotonic() - asked_at < 30 * SCALE - 1
        assert backend.phone.counts()["in_flight"] == 2

        wait_until(lambda: lines(backend, "breaker.opened"), "the breaker opens", seconds=20)
        wait_until(lambda: count(backend, UNAVAILABLE) >= 15, "the others were turned away", seconds=20)
        left = len(started_at(backend))
        tries = sum(line["after"] == "half_open" for line in lines(backend, "breaker.changed"))
        assert left <= 3 + 2 + tries
        backend.phone.remove_fault(hanging)
        kinds = kinds_when_over(backend, within=60)

    assert {kinds[handle] for handle in waiting} == {None}
    assert set(Counter(message["to"] for message in backend.phone.inbox()).values()) == {1}


def test_wrong_credentials_are_one_alarm_and_no_storm(worker: Start) -> None:
    """Runs wait and end misconfigured at their deadline; mended credentials are found by themselves."""
    with worker(send_deadline_seconds=60) as backend:
        backend.phone.switch(suspended="20003")
        first = backend.client.send(number(1))
        wait_until(lambda: lines(backend, "breaker.held"), "the operator is told", seconds=10)
        handles = [first, *(backend.client.send(number(1000 + n)) for n in range(30))]
        kinds = kinds_when_over(backend, within=20)
        assert {kinds[handle] for handle in handles} == {ErrorKind.PROVIDER_MISCONFIGURED}
        asked = backend.phone.counts()["calls"]
        assert asked.pop("start") == 1
        assert set(asked) == {"service"}
        assert asked["service"] <= 5

        last = backend.client.send(number(2))
        backend.phone.switch(suspended=None)
        assert backend.result(last, within=20).outcome is Outcome.SENT

    assert len(lines(backend, "breaker.held")) == len(lines(backend, "breaker.closed")) == 1
    assert lines(backend, "run.operator_fault") == []
    told = {key for event in ("held", "closed", "changed") for key in keys(backend, f"breaker.{event}")}
    assert told == {
        *("event", "level", "timestamp", "task_id", "endpoint", "away_seconds"),
        *("kind", "mend", "before", "after"),
    }


def keys(backend: Backend, event: str) -> set[str]:
    """What an event's lines tell."""
    return {key for line in lines(backend, event) for key in line}
