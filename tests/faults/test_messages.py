"""Messages that are malformed, and messages of another version of ours."""

import base64
import json
from pathlib import Path
from typing import Any, Final

import pytest

from phone_verification.kinds import Operation, Outcome
from phone_verification.queues import QUEUES, TASK_NAMES
from phone_verification.task_ids import new_task_id
from tests.faults.case import Case
from tests.faults.judge import keeps_its_promises
from tests.faults.malformed import malformed
from tests.faults.open_door import push

STORED: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "messages_of_version_1.json").read_text())
MALFORMED: Final = malformed()


def filled(template: dict[str, Any], operation: Operation, task_id: str, arguments: dict[str, Any]) -> str:
    """Return a stored message about a run of today."""
    words = {
        "{task_id}": task_id,
        "{tag}": new_task_id(),
        "{queue}": QUEUES[operation],
        "{task}": TASK_NAMES[operation],
    }
    body = template["body"].replace("{arguments}", json.dumps(arguments))
    text = json.dumps({**template, "body": base64.b64encode(body.encode()).decode()})
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def test_malformed_messages_among_good_ones(case: Case) -> None:
    """Every kind of malformed message between good ones: each good one is answered, nothing is left."""
    stage = case.stage
    stage.timeline.note(f"{len(MALFORMED)} kinds of malformed messages")

    for text in MALFORMED.values():
        push(case, Operation.SEND, text)
        case.send(stage.new_number())

    assert {case.result(intent.task_id).outcome for intent in case.intents} == {Outcome.SENT}
    keeps_its_promises(case)
    assert stage.crew.working() == 1


@pytest.mark.parametrize("door", ["durable", "open"])
def test_an_old_message_for_a_new_worker(case: Case, door: str) -> None:
    """A message as version 1 wrote it, waiting since before the upgrade, is served."""
    stage, number = case.stage, case.stage.new_number()
    worker = stage.crew.freeze()
    if door == "durable":
        handle = case.send(number)
        stage.broker.wipe()
    else:
        handle = case.note_send(new_task_id(), number)
    arguments = {"phone_number": number} if door == "open" else {}
    stage.timeline.note("a message of version 1")
    push(case, Operation.SEND, filled(STORED[door], Operation.SEND, handle, arguments))
    stage.crew.thaw(worker)

    assert case.result(handle).outcome is Outcome.SENT
    keeps_its_promises(case)


def test_a_new_message_for_an_old_worker(case: Case) -> None:
    """What we publish today has the shape that version 1 read: nothing more, nothing less."""
    stage = case.stage
    stage.crew.kill()
    handle = case.send(stage.new_number())
    with stage.broker.client() as client:
        published = json.loads(client.lrange(QUEUES[Operation.SEND], 0, -1)[0])
    stage.crew.hire()

    stored = json.loads(filled(STORED["durable"], Operation.SEND, handle, {}))

    for part in ("headers", "properties"):
        assert published[part].keys() == stored[part].keys()
    same = ("body", "content-encoding", "content-type")
    assert {name: published[name] for name in same} == {name: stored[name] for name in same}
    assert published["headers"]["task"] == stored["headers"]["task"]
    keeps_its_promises(case)
