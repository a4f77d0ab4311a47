"""What a killed worker had in hand comes back promptly."""

import json
import time
from uuid import uuid4

from phone_verification.kinds import Operation
from tasks.figures import Figures
from tests.integration.conftest import Backend
from tests.integration.hardening.conftest import Start, broker, unacknowledged, wait_until_acknowledged
from tests.integration.hardening.test_malformed_messages import wait_until_done
from tests.shapes import QUEUE, message
from worker.hardening.envelope import LONGEST_HOLD


def leave_in_hand(backend: Backend, seconds_ago: float) -> str:
    """Leave a message as a worker does that was killed some time after its delivery; return its task id."""
    task_id = str(uuid4())
    left = message(task_id)
    tag = left["properties"]["delivery_tag"]
    with broker(backend) as redis:
        redis.hset("unacked", tag, json.dumps([left, "", QUEUE]))
        redis.zadd("unacked_index", {tag: time.time() - seconds_ago})
    return task_id


def test_a_message_of_a_killed_worker_is_soon_delivered_again(ours: Backend, start: Start) -> None:
    """With our figures it is looked for every 5 s; with kombu's, every 100 s."""
    import celeryconfig  # noqa: PLC0415 - reads the environment

    timeout = celeryconfig.broker_transport_options["visibility_timeout"]
    with start("restore") as stock:
        leave_in_hand(stock, timeout)
        task_id = leave_in_hand(ours, timeout)

        wait_until_done(ours, task_id)
        wait_until_acknowledged(ours)

        assert unacknowledged(stock) == 1


def test_nothing_is_in_hand_for_longer_than_it_is_invisible() -> None:
    """Or a message would be delivered twice while it is held or worked on."""
    import celeryconfig  # noqa: PLC0415 - reads the environment

    options, figures = celeryconfig.broker_transport_options, Figures()
    longest_task_seconds = figures.lease_seconds(Operation.SEND) + figures.start_budget_seconds
    assert 2 * longest_task_seconds + LONGEST_HOLD.total_seconds() < options["visibility_timeout"]
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] <= 5
    assert options["unacked_mutex_expire"] <= 20
