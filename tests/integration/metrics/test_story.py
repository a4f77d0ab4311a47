"""A worker verifies numbers, loses answers and meets an outage; what it counted tells the same story."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client
from celery import Celery
from sqlalchemy import insert

from models.task_run import TaskRun
from phone_verification.database_clock import now_plus
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState
from phone_verification.task_ids import new_task_id
from simulator.client import SimulatorClient
from tasks.figures import Figures
from tests.integration.conftest import Backend, backend_on
from tests.integration.metrics.scrape import PREFIX, Scrape, scrape
from tests.postgres import fresh_database
from worker.demo.redis_server import RedisServer, free_port, redis_server
from worker.demo.waiting import wait_until
from worker.metrics.page import declared

_NUMBERS = count(1000)
_SCALE = 0.1
# A tenth of production's times, but for what a busy machine must not cut short.
_FIGURES = Figures(
    check_deadline_seconds=100,
    start_budget_seconds=20,
    check_budget_seconds=20,
    connect_budget_seconds=10,
    probe_budget_seconds=20,
    last_look_seconds=25,
    least_left_to_post_again_seconds=25,
)


@pytest.fixture(scope="module")
def broker() -> Iterator[RedisServer]:
    """A Redis for this module's worker alone."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def counted(
    postgres: str,
    broker: RedisServer,
    simulator_server: tuple[str, SimulatorClient],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Backend]:
    """A worker with an endpoint, and a guard that allows one text for each address."""
    changes = {"METRICS_PORT": str(free_port()), "SENDS_PER_CLIENT_REF_AN_HOUR": "1"}
    directory = tmp_path_factory.mktemp("metrics")
    with (
        fresh_database(postgres) as url,
        backend_on(url, broker, simulator_server, directory, _FIGURES, _SCALE, changes=changes) as backend,
    ):
        yield backend


@pytest.fixture
def backend(counted: Backend) -> Backend:
    """The same, with a number that nobody has used."""
    counted.phone.reset()
    return replace(counted, number=f"010-{next(_NUMBERS):04d}-5678")


def told(backend: Backend) -> Scrape:
    """What the worker's endpoint tells."""
    return scrape(int(backend.environment["METRICS_PORT"]))


class Rise:
    """How much each series has risen since this was made."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._before = told(backend)

    def of(self, name: str, **labels: str) -> float:
        """Return the rise of a series, or of all that have these labels."""
        return told(self._backend).value(name, **labels) - self._before.value(name, **labels)

    def wait(self, name: str, least: float = 1, **labels: str) -> float:
        """Wait for a rise: a run's result can be read a moment before it is counted."""
        wait_until(lambda: self.of(name, **labels) >= least, f"{name} {labels} rises", seconds=20)
        return self.of(name, **labels)


def sent(backend: Backend) -> str:
    """Send a code; return the handle."""
    handle = backend.client.send(backend.number)
    assert backend.result(handle, within=30).outcome is Outcome.SENT
    return handle


def checked(backend: Backend, handle: str, code: str) -> Outcome | None:
    """Check a code; return the outcome."""
    task_id = backend.client.check(code, phone_number=backend.number, verification_id=handle)
    return backend.result(task_id, within=30).outcome


def test_a_verified_number_moves_what_it_should(backend: Backend) -> None:
    """One text, a wrong code, the right code twice: outcomes, calls, times, and one conversion."""
    rise = Rise(backend)
    handle = sent(backend)
    code = backend.phone.code(backend.e164) or ""
    wrong = "000000" if code != "000000" else "111111"

    outcomes = [checked(backend, handle, typed) for typed in (wrong, code, code)]

    assert outcomes == [Outcome.REJECTED, Outcome.APPROVED, Outcome.APPROVED]
    rise.wait("runs_total", 2, outcome="approved")
    assert rise.of("runs_total", operation="send", outcome="sent", kind="none") == 1
    assert rise.of("runs_total", operation="check", outcome="rejected", kind="invalid_code") == 1
    assert rise.of("runs_total", operation="check", outcome="approved", kind="none") == 2
    assert rise.of("runs_total") == 4
    assert rise.of("time_to_verdict_seconds_count", operation="send", outcome="sent") == 1
    assert 0 < rise.of("time_to_verdict_seconds_sum", operation="send") < 30
    assert rise.of("verifications_started_total", country="KR") == 1
    assert rise.of("verifications_approved_total", country="KR") == 1
    for endpoint, calls in (("start", 1), ("check", 2)):
        assert (
            rise.of("provider_call_duration_seconds_count", endpoint=endpoint, answer_class="succeeded")
            == calls
        )
        assert rise.of("provider_answers_total", endpoint=endpoint, reason="answered") == calls


def test_a_code_that_is_sent_again_is_the_same_verification(backend: Backend) -> None:
    """Two texts, one verification: the share of those who verify is not halved by a second text."""
    rise = Rise(backend)

    sent(backend)
    sent(backend)

    rise.wait("runs_total", 2, outcome="sent")
    assert rise.of("verifications_started_total") == 1


def test_a_lost_answer_is_counted_until_it_is_found(backend: Backend) -> None:
    """It was ambiguous, and a look found its text: nothing was doubled."""
    rise = Rise(backend)
    backend.phone.fault("drop_after", "start")

    sent(backend)

    rise.wait("runs_total", outcome="sent")
    assert rise.of("runs_handed_back_total", state="ambiguous", kind="outcome_unknown") >= 1
    assert rise.of("provider_call_duration_seconds_count", endpoint="start", answer_class="maybe_sent") == 1
    assert rise.of("settling_looks_total", operation="send", conclusion="found") == 1
    assert rise.of("verifications_started_total", country="KR") == 1
    assert rise.of("sms_duplicates_total") == 0


def test_a_guard_that_objects_is_counted_by_its_rule(backend: Backend) -> None:
    """Another text for the same address is refused, and Twilio is not asked."""
    address = "203.0.113.7"
    backend.result(backend.client.send(backend.number, client_ref=address))
    rise = Rise(backend)

    again = backend.result(backend.client.send(backend.number, client_ref=address))

    assert again.error is not None
    assert again.error.kind is ErrorKind.RATE_LIMITED
    rise.wait("runs_total", kind="rate_limited")
    assert rise.of("guard_objections_total", rule="sends_per_client_ref", is_enforced="true") == 1
    assert rise.of("provider_answers_total") == 0


def test_a_refusal_is_counted_by_its_code(backend: Backend) -> None:
    """A catalogued code by itself; one that Twilio has made up since as `other`."""
    rise = Rise(backend)
    for status, code in ((403, 60410), (400, 99999)):
        backend.phone.fault("status", "start", status=status, code=code)
        backend.result(backend.client.send(f"010-{next(_NUMBERS):04d}-5678"))

    rise.wait("runs_total", 2, operation="send")
    assert rise.of("provider_codes_total", code="60410") == 1
    assert rise.of("provider_codes_total", code="other") == 1
    assert rise.of("provider_codes_total") == 2
    assert rise.of("runs_total", outcome="rejected", kind="fraud_blocked") == 1
    assert rise.of("runs_total", outcome="failed", kind="provider_error") == 1


def test_an_outage_shows_in_the_breaker_and_in_retries(backend: Backend) -> None:
    """Refused connections open the endpoint's breaker, whose runs wait; it closes when Twilio is back."""
    rise = Rise(backend)
    backend.phone.outage("refuse", seconds=4)
    handles = [backend.client.send(f"010-{next(_NUMBERS):04d}-5678") for _ in range(6)]

    wait_until(
        lambda: told(backend).value("breaker_state", endpoint="start", state="open") == 1,
        "the breaker is open",
        seconds=20,
    )

    assert told(backend).value("breaker_state", endpoint="start") == 1, "one state at a time"
    assert [backend.result(handle, within=40).outcome for handle in handles] == [Outcome.SENT] * 6
    assert rise.of("breaker_changes_total", endpoint="start", state="open") >= 1
    assert rise.of("runs_handed_back_total", state="waiting", kind="provider_unavailable") >= 6
    assert rise.of("provider_answers_total", endpoint="start", reason="connect_refused") >= 5
    assert rise.of("provider_answers_total", endpoint="service") >= 1
    assert told(backend).value("breaker_state", endpoint="start", state="closed") == 1


def test_a_run_that_nobody_came_for_is_ended_and_counted(backend: Backend) -> None:
    """The sweeper ends it at its deadline; the time to its verdict counts from its acceptance."""
    rise = Rise(backend)
    put(backend, deadline_at=now_plus(-1), created_at=now_plus(-50))

    rise.wait("runs_total", kind="provider_unavailable", outcome="failed", operation="send")

    rise.wait("swept_runs_total", action="ended")
    assert 49 < rise.of("time_to_verdict_seconds_sum", operation="send", outcome="failed") < 70


def test_a_run_that_waits_is_in_the_backlog(backend: Backend) -> None:
    """It is unfinished, and not due before its time."""
    put(backend, not_before=now_plus(3_600), ring_at=now_plus(3_600), deadline_at=now_plus(7_200))

    wait_until(
        lambda: told(backend).value("unfinished_runs", operation="send") == 1,
        "the backlog is looked at",
        seconds=20,
    )
    now = told(backend)
    assert now.value("database_up") == 1
    assert now.value("unfinished_runs", operation="send", state="waiting") == 1
    assert (now.value("due_runs"), now.value("queue_age_seconds")) == (0, 0)


def test_what_nobody_should_send_is_counted(backend: Backend, broker: RedisServer) -> None:
    """A message that is none, an id used for another wish, and arguments that cannot be read."""
    rise = Rise(backend)
    with redis_client.Redis(port=broker.port) as client:
        client.lpush("verification.send", "no message at all")
    with Celery(broker=broker.url(), backend="disabled://", set_as_current=False) as caller:
        task_id = sent(backend)
        for id_, arguments in (
            (task_id, {"phone_number": "010-9999-9999"}),
            (new_task_id(), {"phone_number": backend.number, "colour": "red"}),
        ):
            caller.send_task(
                "tasks.send_verification", kwargs=arguments, task_id=id_, queue="verification.send"
            )
        rise.wait("runs_total", kind="invalid_request")

    assert rise.wait("messages_dropped_total", flaw="not a JSON object") == 1
    assert rise.wait("idempotency_conflicts_total") == 1


def test_the_workers_own_threads_are_seen_to_work(backend: Backend) -> None:
    """Each loop passes again and again; slots are told, and are free."""
    rise = Rise(backend)

    for loop in ("sweeper", "ringer", "upkeep"):
        rise.wait("loop_passes_total", loop=loop, result="ok")

    assert told(backend).value("send_slots") == 2
    assert told(backend).value("sends_in_flight") == 0


def test_a_send_under_way_takes_a_slot(backend: Backend) -> None:
    """Which is told while Twilio is thinking."""
    held = backend.phone.fault("hold", "start")
    handle = backend.client.send(backend.number)
    backend.phone.wait_held(held)

    assert told(backend).value("sends_in_flight") == 1

    backend.phone.release(held)
    assert backend.result(handle, within=30).outcome is Outcome.SENT


def test_every_outcome_is_one_line_with_the_same_fields(backend: Backend) -> None:
    """Whoever ends a run: the worker, the sweeper, the door; and as many lines as outcomes were counted."""
    put(backend, deadline_at=now_plus(-1), created_at=now_plus(-50))
    sent(backend)

    def done() -> list[dict[str, Any]]:
        lines = [line for line in backend.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in map(json.loads, lines) if line["event"] == "run.done"]

    wait_until(lambda: told(backend).value("runs_total") == len(done()), "all is told", seconds=10)
    wait_until(lambda: {line["by"] for line in done()} >= {"worker", "sweeper"}, "both told", seconds=10)
    fields = {
        "event",
        "level",
        "timestamp",
        "task_id",
        "verification_id",
        "operation",
        "outcome",
        "kind",
        "provider_code",
        "attempts",
        "posts",
        "duration_seconds",
        "by",
    }
    assert {frozenset(line) for line in done()} == {frozenset(fields)}


def test_a_scrape_is_what_was_declared_and_nothing_private(backend: Backend) -> None:
    """Every metric has its declared labels; no number, code or id is in it; promtool finds no fault."""
    handle = sent(backend)
    code = backend.phone.code(backend.e164) or ""
    checked(backend, handle, code)

    now = told(backend)

    digits = backend.number.replace("-", "")
    for private in (digits, digits[1:], digits[-8:], f'"{code}"', handle, "+82"):
        assert private not in now.text
    labels = {each.name: {*each.labels} for each in declared()}
    found: dict[str, set[str]] = {}
    for family in now.families:
        if family.name.startswith(PREFIX):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            found.setdefault(name, set()).update(
                label for sample in family.samples for label in sample.labels if label != "le"
            )
    assert set(found) == set(labels)
    for name, seen in found.items():
        assert seen in (labels[name], set()), name
    assert now.has("runs_total")
    assert "process_cpu_seconds_total" in now.text
    promtool = shutil.which("promtool")
    if promtool is not None:
        judged = subprocess.run(
            [promtool, "check", "metrics"],
            input=now.text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (judged.returncode, judged.stderr) == (0, "")


def put(backend: Backend, **columns: object) -> str:
    """Put a run into the table that waits and was never asked for."""
    values: dict[str, Any] = {
        "task_id": new_task_id(),
        "operation": Operation.SEND,
        "state": RunState.WAITING,
        "arguments_fingerprint": "k1:arguments",
    }
    with backend.database.transaction() as connection:
        connection.execute(insert(TaskRun).values({**values, **columns}))
    return str(values["task_id"])


def test_the_log_has_where_it_listens(backend: Backend) -> None:
    """An operator finds the address in the first lines."""
    port = int(backend.environment["METRICS_PORT"])
    log = Path(backend.log).read_text()

    assert f'"port": {port}' in next(line for line in log.splitlines() if "metrics.served" in line)
