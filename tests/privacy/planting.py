"""Planting: a number of its own is put into every sink, so that each search is seen to find something."""

import logging
from collections.abc import Iterable
from uuid import uuid4

import redis as redis_client
from sqlalchemy import insert

from models.closed_sets import GuardRule
from models.guard_decision import GuardDecision
from phone_verification.errors import NotReadableError
from phone_verification.kinds import PollState
from phone_verification.results import RunStatus
from tests.flower import read_page
from tests.privacy.marks import PLANTED
from tests.privacy.stage import Stage


def plant(stage: Stage) -> None:
    """Leave the number where a leak would leave one."""
    with redis_client.Redis(port=stage.redis_port, db=7) as client:
        client.hset("planted", "message", PLANTED.e164)
        client.publish("planted", PLANTED.typed)
    logging.getLogger("planted").warning("to %s", PLANTED.e164)
    _plant_in_events(stage)
    read_page(f"{stage.flower}/api/task/revoke/{PLANTED.typed}", b"")
    with stage.backend.database.transaction() as connection:
        connection.execute(
            insert(GuardDecision).values(
                task_id="planted",
                rule=GuardRule.RESEND_WAIT,
                is_enforced=False,
                inputs={"number": PLANTED.e164},
            )
        )
    status = RunStatus(task_id=PLANTED.typed, state=PollState.NOT_FOUND)
    stage.sinks.keep("values", repr(status))
    stage.sinks.keep("client's exceptions", repr(NotReadableError(task_id=PLANTED.typed)))
    plant_by_hand(stage, ("headers in Redis", "Redis while a run waits"))


def plant_by_hand(stage: Stage, sinks: Iterable[str]) -> None:
    """Put the number among what was read of sinks into which nobody can write."""
    for sink in sinks:
        stage.sinks.keep(sink, PLANTED.typed)


def _plant_in_events(stage: Stage) -> None:
    """Send an event of a task that bears the number as its routing key: no mask reads those."""
    app = stage.caller
    with app.connection_for_write() as connection:
        sender = app.events.Dispatcher(connection, hostname="planted@here", buffer_while_offline=False)
        sender.send("worker-online")
        event = {"uuid": str(uuid4()), "name": "planted", "routing_key": PLANTED.e164}
        sender.send("task-received", **event, args="", kwargs="")
        sender.close()
