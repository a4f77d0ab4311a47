"""A result backend that is away: results are lost, and nothing else is."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis as redis_client

from phone_verification.kinds import PollState
from tests.integration.conftest import Backend
from tests.integration.hardening.conftest import (
    Start,
    is_alive,
    unacknowledged,
    wait_until_acknowledged,
    works,
)
from tests.integration.hardening.test_malformed_messages import push_check, wait_until_done
from worker.demo.redis_server import RedisServer
from worker.demo.waiting import wait_until

CONCURRENCY = 4


@contextmanager
def away(results: RedisServer) -> Iterator[None]:
    """Kill the result backend, and start it again."""
    results.kill()
    try:
        yield
    finally:
        results.start()


def test_a_result_backend_that_is_away_costs_no_slot(ours: Backend, results: RedisServer) -> None:
    """One task more than there are slots: each is done and acknowledged, and the worker consumes on."""
    before = len(ours.log.read_text())

    with away(results):
        task_ids = [push_check(ours) for _ in range(CONCURRENCY + 1)]
        for task_id in task_ids:
            wait_until_done(ours, task_id)
        wait_until_acknowledged(ours)
        assert works(ours)
    log = ours.log.read_text()[before:]
    assert all(f'"task_id": "{task_id}", "error"' in log for task_id in task_ids)
    assert log.count("result.lost") == len(task_ids)

    again = push_check(ours)
    with redis_client.Redis(port=results.port) as stored:
        wait_until(lambda: stored.get(f"celery-task-meta-{again}"), "results are stored again", seconds=10)


def test_a_stock_result_backend_takes_the_slots_away(start: Start, results: RedisServer) -> None:
    """The worker lives, its messages stay in its hand, and it takes no other."""
    with start("result_backend", CELERY_RESULT_BACKEND=results.url()) as stock, away(results):
        for task_id in [push_check(stock) for _ in range(CONCURRENCY)]:
            wait_until_done(stock, task_id)

        waiting = stock.client.send(stock.number)

        assert stock.client.wait(waiting, timeout_seconds=3).state is PollState.QUEUED
        assert is_alive(stock)
        assert unacknowledged(stock) == CONCURRENCY
