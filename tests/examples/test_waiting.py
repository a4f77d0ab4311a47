"""An answer that takes its time: 202, and a poll that ends it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.examples.conftest import Site
from tests.examples.person import Person


@pytest.fixture
def held(site: Site) -> Iterator[int]:
    """Twilio takes the next start, and does not answer it yet."""
    fault = site.phone.fault("hold", site.worker.start, when="after")
    yield fault
    site.phone.remove_fault()


def test_a_slow_twilio_is_a_202_and_then_the_answer(site: Site, person: Person, held: int) -> None:
    """After five seconds the person is told what to poll, and when; the poll gives the answer."""
    begun = time.monotonic()
    waiting = person.send()
    seconds = time.monotonic() - begun

    task_id = waiting.body["task_id"]
    assert (waiting.status, waiting.body["state"]) == (202, "running")
    assert 4.9 < seconds < 9
    assert waiting.body["message"] == "요청을 처리하고 있습니다. 잠시만 기다려주세요."
    assert waiting.body["poll"] == waiting.headers["Location"] == f"/tasks/{task_id}"
    assert waiting.body["poll_after"] == int(waiting.headers["Retry-After"]) == 1
    assert person.look(task_id).status == 202

    site.phone.release(held)
    final = person.final(waiting)

    assert final.row == (200, None, "휴대폰 인증번호가 발급되었습니다.")
    assert person.check(site.code()).status == 200


def test_who_waits_keeps_nobody_else_waiting(site: Site, person: Person, held: int) -> None:
    """While one request waits, others are answered."""
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(person.send)
        site.phone.wait_held(held)

        other = site.person().check("123456")

        assert other.status == 400
        assert not waiting.done()
        site.phone.release(held)
        assert waiting.result().status == 200


def test_a_caller_may_wait_less(site: Site, person: Person, held: int) -> None:
    """`Prefer: wait=0` asks for the task id at once, and no more than five seconds can be had."""
    begun = time.monotonic()

    waiting = person.send(Prefer="wait=0")

    assert waiting.status == 202
    assert time.monotonic() - begun < 4
    site.phone.wait_held(held)
    site.phone.release(held)
    assert person.final(waiting).status == 200


def test_an_approval_that_was_not_waited_for_is_consumed_by_the_poll(site: Site, person: Person) -> None:
    """Whichever answer tells of it first verifies the number."""
    person.send()
    with site.worker.paused():
        waiting = person.check(site.code(), Prefer="wait=0")
    assert waiting.status == 202

    final = person.final(waiting)

    assert (final.status, final.body["newly_verified"]) == (200, True)
    assert person.look(waiting.body["task_id"]).body["newly_verified"] is False


def test_an_outage_is_watched_until_it_is_over(site: Site, person: Person) -> None:
    """While Twilio is away the state is "retrying"; then one text leaves."""
    site.phone.outage("refuse")
    waiting = person.send(Prefer="wait=1")
    assert (waiting.status, waiting.body["state"]) == (202, "retrying")
    assert 1 <= waiting.body["poll_after"] <= 5
    site.phone.outage("off")

    assert person.final(waiting).status == 200
    assert site.phone.sent(site.e164) == 1
