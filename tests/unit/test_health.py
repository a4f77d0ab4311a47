"""When a worker that lives does not work: the decision, and the file between it and its supervisor."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from worker.health.pulse import read_complaint, write_pulse
from worker.health.verdict import Signs, Verdict

AT_REST = Signs(at=0, slots=4, taken=0, begun=7, is_message_waiting=False, loop_turned_at=0)


def complaints(*changes: dict[str, Any]) -> list[str | None]:
    """Let a worker be seen in one state after another, with a minute's patience."""
    verdict = Verdict(idle_seconds=60)
    return [verdict.of(replace(AT_REST, **{"loop_turned_at": change["at"], **change})) for change in changes]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([{"at": 1}, {"at": 999}], id="nothing to do"),
        pytest.param(
            [{"at": 1, "taken": 4}, {"at": 60, "taken": 4, "begun": 8}, {"at": 119, "taken": 4, "begun": 8}],
            id="all slots taken, and now and then another begun",
        ),
        pytest.param([{"at": 1, "taken": 3}, {"at": 999, "taken": 3}], id="a slot is free, nothing waits"),
        pytest.param(
            [
                {"at": 1, "is_message_waiting": True},
                {"at": 50, "is_message_waiting": False},
                {"at": 105, "is_message_waiting": True},
            ],
            id="what waits is taken by another worker",
        ),
        pytest.param([{"at": 1}, {"at": 999, "loop_turned_at": None}], id="no broker, no loop"),
        pytest.param(
            [{"at": at, "is_message_waiting": True, "loop_turned_at": None} for at in (1, 999)],
            id="the broker is back, the worker not yet",
        ),
        pytest.param([{"at": 1}, {"at": 60, "loop_turned_at": 1}], id="the loop is late"),
    ],
)
def test_a_worker_that_gets_on_is_healthy(changes: list[dict[str, Any]]) -> None:
    """Rest, load and outages are no reason to end a worker."""
    assert complaints(*changes) == [None] * len(changes)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param(
            [{"at": 1, "taken": 4}, {"at": 62, "taken": 4}],
            "all 4 slots are taken, and none was given back for 61 s",
            id="slots that never come back",
        ),
        pytest.param(
            [{"at": 1, "is_message_waiting": True}, {"at": 62, "is_message_waiting": True}],
            "a message waits and a slot is free, and none was begun for 61 s",
            id="deaf",
        ),
        pytest.param(
            [{"at": 1}, {"at": 62, "loop_turned_at": 1}],
            "the event loop stands still since 61 s",
            id="a loop that does not turn",
        ),
    ],
)
def test_a_worker_that_only_seems_to_live_is_told(changes: list[dict[str, Any]], why: str) -> None:
    """Each way of doing nothing has its sentence, for whoever reads it at night."""
    assert complaints(*changes) == [None, why]


def test_a_worker_that_gets_on_again_is_forgiven() -> None:
    """A complaint is about now."""
    stuck, again = {"at": 62, "taken": 4}, {"at": 63, "taken": 4, "begun": 8}

    assert complaints({"at": 1, "taken": 4}, stuck, again)[-1] is None


def test_a_complaint_passes_through_the_file(tmp_path: Path) -> None:
    """What the worker writes is what its supervisor reads."""
    file = tmp_path / "health.json"

    write_pulse(file, None)
    assert read_complaint(file) is None
    write_pulse(file, "it hangs")
    assert read_complaint(file) == "it hangs"
    assert [path.name for path in tmp_path.iterdir()] == ["health.json"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param(None, "no worker has begun here", id="none"),
        pytest.param("", "cannot be read (JSONDecodeError)", id="empty"),
        pytest.param("[]", "cannot be read (TypeError)", id="something else"),
    ],
)
def test_a_file_that_tells_nothing_is_a_complaint(tmp_path: Path, written: str | None, said: str) -> None:
    """In doubt the worker is not believed."""
    file = tmp_path / "health.json"
    if written is not None:
        file.write_text(written)

    assert said in str(read_complaint(file))


@pytest.mark.parametrize("seconds", [-30, 3600], ids=["too old", "from before a reboot"])
def test_a_beat_of_another_time_is_not_believed(tmp_path: Path, seconds: float) -> None:
    """The clock began anew with the machine: what lies ahead of it is old as well."""
    file = tmp_path / "health.json"
    write_pulse(file, None)
    pulse = json.loads(file.read_text())
    pulse["written_at"] = time.monotonic() + seconds
    pulse["believed_until"] = pulse["written_at"] + 20
    file.write_text(json.dumps(pulse))

    assert "frozen, or gone" in str(read_complaint(file))
