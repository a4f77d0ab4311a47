"""Behind a transport that lets everything in: no message ends the worker, and none stays in its hand.

What happens to a stock worker is in test_malformed_messages.py.
"""

from typing import Any

import pytest

from tests.integration.conftest import Backend
from tests.integration.hardening.conftest import wait_until_acknowledged, works
from tests.integration.hardening.test_malformed_messages import push_message
from tests.shapes import MARKED, MARKED_NUMBER, body
from worker.demo.waiting import wait_until


@pytest.mark.parametrize(
    "changes",
    [
        {"headers__timelimit": "soon"},
        {"headers__stamped_headers": 5},
        {"content_encoding": 8},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_error_while_a_message_is_handled_is_outlived(
    without_transport: Backend, changes: dict[str, Any]
) -> None:
    """It is put back once, for the error may be ours, and dropped when it comes again."""
    before = len(without_transport.log.read_text())

    push_message(without_transport, **changes)

    wait_until(
        lambda: '"why": "unhandled"' in without_transport.log.read_text()[before:],
        "it is dropped",
        seconds=10,
    )
    assert without_transport.log.read_text()[before:].count("message.put_back") == 1
    assert works(without_transport)
    wait_until_acknowledged(without_transport)


@pytest.mark.parametrize(
    "changes",
    [
        {"body": body(([], MARKED, ["x"]))},
        {"body": body(([], MARKED, {"chain": "x"}))},
        {"body": body((MARKED, MARKED, {}))},
        {"body": body(([], MARKED))},
        {"headers__id": MARKED_NUMBER},
        {"headers__id": [MARKED_NUMBER]},
        {"content_type": None},
    ],
    ids=["embed", "chain", "args", "two parts", "id", "id a list", "content type"],
)
def test_a_request_of_another_shape_is_dropped(without_transport: Backend, changes: dict[str, Any]) -> None:
    """A stock worker gives such a message to its pool, where it is never acknowledged."""
    before = len(without_transport.log.read_text())

    push_message(without_transport, **changes)

    wait_until(
        lambda: "malformed task" in without_transport.log.read_text()[before:], "it is dropped", seconds=10
    )
    assert works(without_transport)
    wait_until_acknowledged(without_transport)
    assert MARKED_NUMBER not in without_transport.log.read_text()[before:]
