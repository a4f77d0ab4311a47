"""A Redis that dies, is full, or may not be written to: it is waited for."""

import os
import signal

from phone_verification.kinds import PollState
from tests.integration.conftest import Backend
from tests.integration.hardening.conftest import (
    Start,
    broker,
    is_alive,
    unacknowledged,
    wait_for_end,
    wait_until_acknowledged,
    works,
)
from worker.demo.waiting import wait_until


def kill_redis_under_work(backend: Backend) -> str:
    """Kill Redis while the worker has one message in hand and asks for the next; return the run's id."""
    held = backend.phone.fault("hold", "start", when="after")
    handle = backend.client.send(backend.number)
    backend.phone.wait_held(held)
    backend.redis.kill()
    wait_until(lambda: "Connection to broker lost" in backend.log.read_text(), "it notices", seconds=10)
    backend.phone.release(held)
    return handle


def test_a_redis_that_dies_under_a_partly_busy_worker_does_not_end_it(ours: Backend, start: Start) -> None:
    """The call under way is finished, recorded and acknowledged, and the worker consumes on."""
    handle = kill_redis_under_work(ours)
    assert ours.result(handle).ok
    ours.redis.start()
    assert works(ours)
    wait_until_acknowledged(ours)

    with start("transport") as stock:
        kill_redis_under_work(stock)
        wait_for_end(stock)


def fill_redis_under_a_delivery(backend: Backend) -> str:
    """Let Redis hand out a message and then refuse to note it; return the run's id."""
    os.killpg(backend.worker.pid, signal.SIGSTOP)
    handle = backend.client.send(backend.number)
    with broker(backend) as redis:
        redis.config_set("maxmemory", "1")
    os.killpg(backend.worker.pid, signal.SIGCONT)
    return handle


def empty_redis(backend: Backend) -> None:
    """Give Redis its memory back."""
    with broker(backend) as redis:
        redis.config_set("maxmemory", "0")


def test_a_full_redis_loses_nothing_that_it_handed_out(ours: Backend, without_transport: Backend) -> None:
    """A message that cannot be noted as unacknowledged is worked on all the same."""
    wait_until_acknowledged(ours)
    handle = fill_redis_under_a_delivery(ours)
    assert ours.result(handle).ok
    assert "message.not_noted" in ours.log.read_text()
    empty_redis(ours)
    assert works(ours)

    handle = fill_redis_under_a_delivery(without_transport)
    wait_until(lambda: "OutOfMemoryError" in without_transport.log.read_text(), "it is refused", seconds=10)
    with broker(without_transport) as redis:
        assert redis.llen("verification.send") == 0
    assert unacknowledged(without_transport) == 0
    assert without_transport.client.status(handle).state is PollState.QUEUED
    empty_redis(without_transport)


def turn_into_a_replica(backend: Backend) -> None:
    """Make Redis read-only, as a failover does with the old master."""
    with broker(backend) as redis:
        redis.replicaof("127.0.0.1", "1")


def test_a_redis_that_may_not_be_written_to_is_waited_for(ours: Backend, start: Start) -> None:
    """After a failover the old master is read-only until the address leads to the new one."""
    turn_into_a_replica(ours)
    wait_until(lambda: "read only replica" in ours.log.read_text(), "it is told no", seconds=10)
    with broker(ours) as redis:
        redis.replicaof("NO", "ONE")
    assert works(ours)

    with start("refusing_redis") as stock:
        turn_into_a_replica(stock)
        wait_until(lambda: not is_alive(stock), "the worker exits", seconds=20)
