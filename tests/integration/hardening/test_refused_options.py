"""What a caller may ask of Celery and would not get here: he is told at once, and nothing is done."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery

from tests.integration.conftest import Backend
from tests.integration.hardening.conftest import unacknowledged, wait_until_acknowledged
from worker.demo.waiting import wait_until


@pytest.fixture
def caller(ours: Backend) -> Iterator[Celery]:
    """A stock Celery app that knows nothing but the names on the wire."""
    app = Celery(
        broker=ours.environment["CELERY_BROKER_URL"],
        backend=ours.environment["CELERY_RESULT_BACKEND"],
        set_as_current=False,
    )
    yield app
    app.close()


def ask(caller: Celery, backend: Backend, **options: Any) -> Any:
    """Ask for a code with some of Celery's options."""
    return caller.send_task(
        "tasks.send_verification",
        kwargs={"phone_number": backend.number},
        queue="verification.send",
        **options,
    )


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("eta", {"countdown": 3_600}),
        ("expires", {"expires": 600}),
        ("callbacks", {"link": Celery(set_as_current=False).signature("tasks.anything")}),
    ],
)
def test_an_option_that_is_not_kept_is_answered(
    ours: Backend, caller: Celery, field: str, options: dict[str, Any]
) -> None:
    """The message is not held and not run early: its caller gets `invalid_request`, like every refusal."""
    asked = ask(caller, ours, **options)

    result = asked.get(timeout=20)

    assert result["error"]["kind"] == "invalid_request"
    assert ours.result(asked.id).error is not None
    assert f'"field": "{field}"' in ours.log.read_text()
    assert ours.phone.sent(ours.e164) == 0
    wait_until_acknowledged(ours)


def test_a_short_hold_is_kept(ours: Backend, caller: Celery) -> None:
    """Three seconds' countdown are spent in the worker's hand, and then the code is sent."""
    began = time.monotonic()
    asked = ask(caller, ours, eta=datetime.now(UTC) + timedelta(seconds=3))
    wait_until(lambda: unacknowledged(ours) == 1, "it is held", seconds=3)

    assert asked.get(timeout=20)["outcome"] == "sent"
    assert time.monotonic() - began > 2
