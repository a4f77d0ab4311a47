"""Texts of our own are kept no longer than told: a code's HMAC, what was written, one person's everything."""

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select

from models.verification import Verification
from phone_verification.keys import Label
from phone_verification.kinds import RunState
from tasks.erase import erase_codes
from tasks.fixed_codes import FixedCodes
from tasks.forget import GoingOn, forget
from tests.integration.settling.lab import E164, Lab
from tests.integration.statements.kept import anywhere, rows_left
from worker.demo.waiting import wait_until

BODY = "주문하신 물건이 오늘 도착합니다."
NOTHING = {"task_runs": 0, "verifications": 0, "send_attempts": 0, "provider_calls": 0, "guard_decisions": 0}


def codes(lab: Lab) -> list[str]:
    """Every HMAC of a code that is left with a verification."""
    with lab.database.transaction() as connection:
        kept = select(Verification.code_hmac).where(Verification.code_hmac.is_not(None))
        return list(connection.execute(kept).scalars())


def phones(lab: Lab) -> list[str]:
    """The number's fingerprints."""
    return list(lab.services.fingerprints.every(Label.PHONE, E164))


def forgotten(lab: Lab, heard: deque[GoingOn]) -> Counter[str]:
    """Forget the number."""
    figures = lab.services.figures
    return forget(lab.database, phones(lab), figures, erase_results=lambda _: None, tell=heard.append)


@contextmanager
def forgetting(lab: Lab) -> Iterator[Future[Counter[str]]]:
    """Forget in a thread of its own; yields once it waits."""
    heard: deque[GoingOn] = deque()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(forgotten, lab, heard)
        wait_until(lambda: heard or asked.done(), "it waits, or is over", seconds=10)
        yield asked


def lose(lab: Lab) -> None:
    """Let the next text's answer be lost."""
    lab.phone.fault("drop_after", "message")


def fix_the_code(lab: Lab) -> None:
    """Let the number have a fixed code."""
    lab.services = replace(lab.services, fixed_codes=FixedCodes.parse(f"{E164}:123456:2099-12-31"))


@pytest.mark.parametrize("end", ["never typed", "approved", "in doubt", "fixed"])
def test_a_code_of_our_own_goes_a_quarter_of_an_hour_after_it_expired(lab: Lab, end: str) -> None:
    """Whatever became of its text, and not before: who types an approved one again is told again."""
    if end == "fixed":
        fix_the_code(lab)
    if end == "in doubt":
        lose(lab)
        lab.phone.fault("status", "messages", status=503, times=None)
    handle = lab.send()
    begun = lab.services.figures.send_deadline_seconds + 1 if end == "in doubt" else 0
    if end == "in doubt":
        lab.expire(handle)
        assert lab.outcome(handle) == "outcome_unknown"
    if end == "approved":
        assert lab.outcome(lab.check(lab.code, handle)) == "approved"
    lives = lab.services.ttl_seconds + lab.services.figures.code_kept_seconds

    lab.pass_time(lives - begun - 5)
    erase_codes(lab.services)
    left_before = codes(lab)
    lab.pass_time(10)
    erase_codes(lab.services)

    assert len(left_before) == 1
    assert codes(lab) == []
    assert lab.run(handle).sealed_arguments is None


def test_a_code_whose_text_was_refused_goes_at_once(lab: Lab) -> None:
    """Nobody can have it."""
    lab.phone.fault("status", "message", status=400, code=21211)

    assert lab.outcome(lab.send()) == "invalid_phone_number"
    assert codes(lab) == []


def test_a_code_that_another_one_ended_goes_at_once(lab: Lab) -> None:
    """One approval is enough: the HMAC of the code that was not typed is of no more use."""
    older = lab.send()
    lab.pass_time(60)
    newer = lab.send()
    assert len(codes(lab)) == 2

    assert lab.outcome(lab.check(lab.code, newer)) == "approved"

    assert len(codes(lab)) == 1
    assert lab.outcome(older) == "sent"


def test_a_message_in_doubt_is_waited_for_and_goes_with_the_text_that_is_found(lab: Lab) -> None:
    """Its worker may still write: what it finds is erased as well."""
    lose(lab)
    task_id = lab.message(BODY)
    assert lab.run(task_id).state is RunState.AMBIGUOUS

    with forgetting(lab) as asked:
        assert not asked.done()
        lab.deliver(task_id)
        removed = asked.result(timeout=20)

    assert (removed["task_runs"], removed["send_attempts"]) == (1, 1)
    assert rows_left(lab.database) == NOTHING


@pytest.mark.parametrize("what", ["a message", "a code"])
def test_an_answer_that_comes_after_all_was_forgotten_is_written_nowhere(lab: Lab, what: str) -> None:
    """A worker that was frozen for minutes finds no run: no text, no code and no call comes back."""
    held = lab.phone.fault("hold", "message")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(lab.message, BODY) if what == "a message" else pool.submit(lab.send)
        lab.phone.wait_held(held)
        lab.pass_time(lab.services.figures.send_deadline_seconds + 60)
        removed = forgotten(lab, deque())
        lab.phone.release(held)
        asked.result(timeout=20)

    assert removed["task_runs"] == 1
    assert rows_left(lab.database) == NOTHING
    assert anywhere(lab.database, phones(lab)) == []


def test_after_a_person_was_forgotten_their_code_is_no_code(lab: Lab) -> None:
    """Nothing is left to compare it with, and the same number begins anew."""
    handle, code = lab.send(), lab.code
    removed = forgotten(lab, deque())

    assert removed["verifications"] == removed["send_attempts"] == 1
    assert lab.outcome(lab.check(code, handle)) == "no_verification_record"
    assert lab.outcome(lab.send()) == "sent"
