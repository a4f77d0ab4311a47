"""Texts of our own in the matrix: workers that make their codes themselves, and where such runs are held.

claimed, before the code is written:  a table lock in PostgreSQL, which readers do not meet
while codes are compared:             a row lock on the code
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from phone_verification.kinds import Operation
from tests.faults.case import Case
from tests.faults.points import Wish, waits_for_a_lock
from worker.demo.waiting import wait_until

TEXTING: Final = {"VERIFICATION_SERVICE": "messaging"}
"""What makes a worker of the stage make its codes itself."""

_PATIENCE_SECONDS: Final = 15


def text_wish(case: Case, number: str) -> Wish:
    """Make ready the wish for a code of our own."""
    return Wish(operation=Operation.SEND, endpoint="message", ask=lambda: case.send(number))


def check_wish(case: Case, code: str, number: str, handle: str) -> Wish:
    """Make ready the wish to check a right code of our own."""
    return Wish(
        operation=Operation.CHECK,
        endpoint="check",
        ask=lambda: case.check(code, number, handle, is_right=True),
    )


@contextmanager
def unwritten(case: Case, wish: Wish) -> Iterator[str]:
    """Hold a run that is claimed, and whose code is not yet written down."""
    with _locked(case, "LOCK TABLE verifications IN SHARE MODE"):
        task_id = wish.ask()
        wait_until(lambda: waits_for_a_lock(case), "a code waits to be written", seconds=_PATIENCE_SECONDS)
        case.stage.timeline.note("send held: claimed, before its code is written")
        yield task_id


@contextmanager
def comparing(case: Case, wish: Wish) -> Iterator[str]:
    """Hold a check that compares, in a transaction that has not ended."""
    with _locked(case, "SELECT 1 FROM verifications FOR UPDATE"):
        task_id = wish.ask()
        wait_until(lambda: waits_for_a_lock(case), "a check compares", seconds=_PATIENCE_SECONDS)
        case.stage.timeline.note("check held: while codes are compared")
        yield task_id


@contextmanager
def _locked(case: Case, statement: str) -> Iterator[None]:
    """Hold a lock; the server may be restarted under it, and then nothing is locked any more."""
    session = psycopg.connect(case.stage.plain_url)
    try:
        session.execute(statement.encode())
        yield
    finally:
        session.close()


def proves_the_phone(case: Case, number: str, handle: str) -> None:
    """If a text arrived its code is right, and another one is not, whatever befell the send."""
    case.result(handle)
    if not case.texts(number):
        return
    code = case.code(number)
    mistyped = f"{(int(code) + 1) % 10**6:06d}"
    case.result(case.check(mistyped, number, handle))
    case.result(case.check(code, number, handle, is_right=True))
