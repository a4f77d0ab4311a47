"""What Flower shows as a task's result."""

import runpy
from collections.abc import Callable
from pathlib import Path

import flower.options  # noqa: F401 - declares what the configuration sets
import pytest
from celery.events.state import Task

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def format_task() -> Callable[[Task], Task]:
    """The function that Flower calls for each task it shows."""
    shown: Callable[[Task], Task] = runpy.run_path(str(ROOT / "flowerconfig.py"))["format_task"]
    return shown


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        pytest.param(
            {
                "state": "SUCCESS",
                "result": "{'outcome': 'sent', 'error': None, 'verification': {'phone': '+82*****5678'}}",
            },
            "sent +82*****5678",
            id="done as asked",
        ),
        pytest.param(
            {
                "state": "SUCCESS",
                "result": "{'outcome': 'rejected', 'error': {'kind': 'invalid_code'}, "
                "'verification': {'phone': '+82*****5678'}}",
            },
            "rejected (invalid_code) +82*****5678",
            id="the answer is no",
        ),
        pytest.param(
            {"state": "SUCCESS", "result": "{'outcome': 'rejected', 'error': {'kind': 'invalid_phone_n..."},
            "rejected",
            id="cut short by Celery",
        ),
        pytest.param({"state": "SUCCESS", "result": "another's"}, "another's", id="none of ours"),
        pytest.param(
            {"state": "RETRY", "exception": "Retry(Retry(...), Waiting('provider_unavailable'), 13.6)"},
            "waits: provider_unavailable",
            id="waits",
        ),
        pytest.param(
            {"state": "RETRY", "exception": "Retry(Retry(...), Waiting('waits for its turn'), 2)"},
            "waits: its turn",
            id="waits for its turn",
        ),
        pytest.param(
            {"state": "FAILURE", "exception": "RunFault('KeyError')"},
            "a bug of ours: RunFault('KeyError')",
            id="a bug",
        ),
        pytest.param({"state": "STARTED"}, None, id="under way"),
    ],
)
def test_a_task_is_told_in_a_line(
    format_task: Callable[[Task], Task], task: dict[str, str], shown: str | None
) -> None:
    """The outcome first, then why, then whose; a wait and a bug say what they are."""
    assert format_task(Task(uuid="1", **task)).result == shown
