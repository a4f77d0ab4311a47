"""The guard in a running worker, with its rules as they come."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from phone_verification.keys import Fingerprints
from phone_verification.kinds import ErrorKind, Outcome
from simulator.client import SimulatorClient
from tasks.rules import GuardSettings
from tests.integration.conftest import Backend, backend_on
from tests.integration.guard.test_watch import BLOCK, keep_verified
from tests.integration.test_commands import run
from worker.demo.redis_server import RedisServer
from worker.demo.waiting import wait_until

AS_IT_COMES = {name.upper(): str(value) for name, value in GuardSettings()}


@pytest.fixture
def guarded(
    fresh_postgres: str, redis: RedisServer, simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> Iterator[Backend]:
    """A web backend beside a worker whose guard is as every worker's."""
    with backend_on(fresh_postgres, redis, simulator, tmp_path, changes=AS_IT_COMES) as started:
        # One stand-in serves several workers of a session: no other texts this number.
        yield replace(started, number="010-4545-5678")


def test_a_wiped_redis_gives_nobody_a_fresh_start(guarded: Backend) -> None:
    """What was counted is in the database; a person is told when to try again, an operator why not."""
    assert guarded.result(guarded.client.send(guarded.number)).outcome is Outcome.SENT
    with Redis.from_url(guarded.redis.url()) as broker:
        broker.flushall()

    resend = guarded.client.send(guarded.number)
    refused = guarded.result(resend)

    assert refused.error is not None
    assert refused.error.kind is ErrorKind.RATE_LIMITED
    assert 20 < (refused.error.retry_after or 0) <= 30
    assert refused.verification is not None
    assert refused.verification.next_send_in == refused.error.retry_after
    assert guarded.phone.sent(guarded.e164) == 1
    table = run("decisions", **guarded.environment)
    assert resend in table.stdout
    assert "resend_wait" in table.stdout


def test_a_running_worker_comes_to_know_whom_to_suspect(
    fresh_postgres: str, redis: RedisServer, simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> None:
    """It reads the watch by itself, and refuses where that is asked for."""
    deny = {**AS_IT_COMES, "UNVERIFIED_WATCH": "deny"}
    with backend_on(fresh_postgres, redis, simulator, tmp_path, time_scale=0.1, changes=deny) as backend:
        keys = Fingerprints.parse(backend.environment["HMAC_KEYS"])
        keep_verified(backend.database, keys, BLOCK, of=60, minutes_ago=2)
        wait_until(lambda: "watch.suspect" in backend.log.read_text(), "a suspect is told", seconds=30)

        refused = backend.result(backend.client.send("010-3333-9999"))

    assert refused.error is not None
    assert refused.error.kind is ErrorKind.FRAUD_BLOCKED
    assert backend.phone.sent() == 0
