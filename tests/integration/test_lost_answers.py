"""A request that may have left is never sent again, and every accepted run ends.

Times are a tenth of production's, but for calls, looks and checks, which a busy machine must not cut
short: a send has 12 s, a check 10 s, a call and a look 2 s.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as redis_client

from phone_verification.kinds import ErrorKind, Outcome
from simulator.client import SimulatorClient
from tasks.figures import Figures
from tests.integration.conftest import Backend, backend_on
from worker.demo.redis_server import RedisServer
from worker.demo.waiting import wait_until
from worker.demo.worker_process import worker_process

HURRIED = Figures(
    check_deadline_seconds=100,
    start_budget_seconds=20,
    check_budget_seconds=20,
    connect_budget_seconds=10,
    probe_budget_seconds=20,
    last_look_seconds=25,
    least_left_to_post_again_seconds=25,
)


@pytest.fixture
def hurried(
    fresh_postgres: str, redis: RedisServer, simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> Iterator[Backend]:
    """A backend whose worker a test may kill."""
    with backend_on(fresh_postgres, redis, simulator, tmp_path, HURRIED, time_scale=0.1) as backend:
        yield backend


def kill(backend: Backend) -> None:
    """End the worker as a crash would."""
    os.killpg(backend.worker.pid, signal.SIGKILL)
    backend.worker.wait()


def test_a_lost_answer_is_looked_after_and_ends_sent(hurried: Backend) -> None:
    """Twilio acted and its answer was lost: the text is found, and not sent again."""
    hurried.phone.fault("drop_after", "start")

    result = hurried.result(hurried.client.send(hurried.number), within=30)

    assert result.outcome is Outcome.SENT
    assert hurried.phone.sent(hurried.e164) == 1
    assert len(hurried.phone.requests(endpoint="start")) == 1


def test_a_lost_answer_that_nobody_can_look_after_ends_unknown(hurried: Backend) -> None:
    """No look is answered: nothing is sent again, and the result says what to do."""
    hurried.phone.fault("drop_after", "start")
    hurried.phone.fault("status", "fetch", times=None, status=503, code=20503)
    hurried.phone.fault("status", "attempts", times=None, status=503, code=20503)

    result = hurried.result(hurried.client.send(hurried.number), within=30)

    assert result.outcome is Outcome.UNKNOWN
    assert result.error is not None
    assert (result.error.kind, result.error.retryable) == (ErrorKind.OUTCOME_UNKNOWN, True)
    assert hurried.phone.sent(hurried.e164) == 1
    assert len(hurried.phone.requests(endpoint="start")) == 1


def test_the_code_of_a_lost_answer_is_still_good(hurried: Backend) -> None:
    """The person got the text, so typing its code is approved for the same handle."""
    hurried.phone.fault("drop_after", "start")
    handle = hurried.client.send(hurried.number)
    code = wait_until(lambda: hurried.phone.code(hurried.e164), "the text arrives", seconds=10)

    checked = hurried.client.check(code, phone_number=hurried.number, verification_id=handle)

    assert hurried.result(checked).outcome is Outcome.APPROVED


def test_a_lost_verdict_is_found_out(hurried: Backend) -> None:
    """Twilio approved and its answer was lost: the person is told approved all the same."""
    handle = hurried.client.send(hurried.number)
    hurried.result(handle)
    code = hurried.phone.code(hurried.e164) or ""
    hurried.phone.fault("drop_after", "check")

    checked = hurried.client.check(code, phone_number=hurried.number, verification_id=handle)

    assert hurried.result(checked, within=30).outcome is Outcome.APPROVED


def test_a_worker_killed_in_the_middle_of_a_call_loses_and_doubles_nothing(
    hurried: Backend, tmp_path: Path
) -> None:
    """Kill -9 while Twilio has the request: another worker ends the run, and one text was sent."""
    held = hurried.phone.fault("hold", "start", when="after")
    handle = hurried.client.send(hurried.number)
    hurried.phone.wait_held(held)
    kill(hurried)
    hurried.phone.release(held, drop=True)

    with worker_process(hurried.environment, tmp_path / "second.log", name="second", concurrency=4):
        result = hurried.result(handle, within=40)

    assert result.outcome is Outcome.SENT
    assert hurried.phone.sent(hurried.e164) == 1


def test_a_worker_killed_before_it_claimed_loses_nothing(hurried: Backend, tmp_path: Path) -> None:
    """Accepted while no worker lives: the next one sends, once."""
    kill(hurried)
    handle = hurried.client.send(hurried.number)

    with worker_process(hurried.environment, tmp_path / "second.log", name="second", concurrency=4):
        result = hurried.result(handle, within=40)

    assert result.outcome is Outcome.SENT
    assert hurried.phone.sent(hurried.e164) == 1


def test_a_frozen_worker_writes_nothing_after_its_lease(hurried: Backend, tmp_path: Path) -> None:
    """SIGSTOP past the lease while Twilio has the request: another worker ends the run; no second text."""
    held = hurried.phone.fault("hold", "start", when="after")
    handle = hurried.client.send(hurried.number)
    hurried.phone.wait_held(held)
    os.killpg(hurried.worker.pid, signal.SIGSTOP)
    with worker_process(hurried.environment, tmp_path / "second.log", name="second", concurrency=4):
        result = hurried.result(handle, within=40)
        hurried.phone.release(held)
        os.killpg(hurried.worker.pid, signal.SIGCONT)
        hurried.result(hurried.client.send("010-9999-0001"))

    assert result.outcome is Outcome.SENT
    assert hurried.phone.sent(hurried.e164) == 1
    assert hurried.result(handle) == result


def test_a_wiped_broker_loses_no_accepted_run(hurried: Backend) -> None:
    """The queue is a hint: the sweeper finds what the broker forgot."""
    os.killpg(hurried.worker.pid, signal.SIGSTOP)
    handle = hurried.client.send(hurried.number)
    with redis_client.Redis(port=hurried.redis.port) as broker:
        broker.flushall()
    os.killpg(hurried.worker.pid, signal.SIGCONT)

    assert hurried.result(handle, within=30).outcome is Outcome.SENT
    assert hurried.phone.sent(hurried.e164) == 1


def test_an_outage_longer_than_the_wait_is_one_clear_no(hurried: Backend) -> None:
    """When Twilio stays away until nobody waits, the run ends unavailable and nothing was sent."""
    hurried.phone.outage("refuse")

    result = hurried.result(hurried.client.send(hurried.number), within=30)
    hurried.phone.outage("off")

    assert result.error is not None
    assert result.error.kind is ErrorKind.PROVIDER_UNAVAILABLE
    assert hurried.phone.sent(hurried.e164) == 0


def test_wrong_credentials_end_misconfigured(hurried: Backend) -> None:
    """A 401 may be mended while the person waits; if not, the run says so and the operator was told."""
    hurried.phone.fault("status", "start", times=None, status=401, code=20003)

    result = hurried.result(hurried.client.send(hurried.number), within=30)

    assert result.error is not None
    assert result.error.kind is ErrorKind.PROVIDER_MISCONFIGURED
    assert "breaker.held" in hurried.log.read_text()


def test_an_unknown_code_is_recorded_and_told_once(hurried: Backend) -> None:
    """A code that the catalogue lacks is a provider_error with its number, and one alarm."""
    hurried.phone.fault("status", "start", times=None, status=418, code=69999)

    results = [hurried.result(hurried.client.send(number)) for number in ("010-1111-0001", "010-1111-0002")]

    assert [result.error and result.error.kind for result in results] == [ErrorKind.PROVIDER_ERROR] * 2
    assert results[0].error is not None
    assert results[0].error.provider_code == 69999
    assert hurried.log.read_text().count("provider.unknown_code") == 1


def test_a_key_that_is_missing_is_waited_for_and_then_told(hurried: Backend, tmp_path: Path) -> None:
    """A sealed row that nobody can open ends as our fault at its deadline, not the person's."""
    kill(hurried)
    handle = hurried.client.send(hurried.number)
    from phone_verification.keys import make_key  # noqa: PLC0415 - only here a key is lost

    other = {**hurried.environment, "SEAL_KEYS": make_key("demo")}
    with worker_process(other, tmp_path / "second.log", name="second", concurrency=4):
        result = hurried.result(handle, within=150)

    assert result.error is not None
    assert result.error.kind is ErrorKind.INTERNAL_ERROR
    assert hurried.phone.sent(hurried.e164) == 0
