"""Forgetting one person: every row about the number goes, under every key, and nobody else's."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from models.database import Database
from phone_verification.keys import Fingerprints, Label, make_key
from phone_verification.kinds import Operation, RunState
from tasks.figures import Figures
from tasks.forget import GoingOn, forget, held
from tests.integration.statements.kept import (
    anywhere,
    call,
    decision,
    put,
    rows_left,
    run,
    text,
    verification,
)
from tests.integration.statements.rows import OPEN_STATES, Runs, seconds_from_now
from worker.demo.waiting import wait_until

KEYS = Fingerprints.parse(f"{make_key('k3')},{make_key('k2')},{make_key('k1')}:retired")
MINE = KEYS.every(Label.PHONE, "+821012345678")
HERS = KEYS.every(Label.PHONE, "+821012345679")
FIGURES = Figures()
_TABLES = ("task_runs", "verifications", "send_attempts", "provider_calls", "guard_decisions")


def fill(database: Database, fingerprints: Sequence[str]) -> list[str]:
    """One of everything for each fingerprint of a number: a send, its text, a check, calls, a refusal."""
    task_ids = []
    for n, fingerprint in enumerate(fingerprints):
        name = f"{fingerprint[-8:]}-{n}"
        task_ids += [f"send-{name}", f"check-{name}"]
        put(
            database,
            run(task_ids[-2], asked=60, phone_fingerprint=fingerprint, provider_sid=f"VE-{name}"),
            run(task_ids[-1], asked=30, phone_fingerprint=fingerprint, operation=Operation.CHECK),
            verification(made=60, phone_fingerprint=fingerprint, id=f"VE-{name}"),
            text(f"VE-{name}", sent=60, task_id=task_ids[-2]),
            call(task_ids[-2]),
            call(task_ids[-1]),
            decision(task_ids[-2]),
        )
    return task_ids


def erase(database: Database, tell: deque[GoingOn] | None = None, figures: Figures = FIGURES) -> Counter[str]:
    """Forget the person whose fingerprints are MINE."""
    heard: deque[GoingOn] = deque() if tell is None else tell
    return forget(database, MINE, figures, erase_results=lambda _: None, tell=heard.append)


def test_every_row_about_the_number_goes_under_every_key(database: Database) -> None:
    """Three keys, three sets of rows: afterwards no column of any table holds a fingerprint of the number."""
    fill(database, MINE)
    assert anywhere(database, MINE)

    removed = erase(database)

    assert anywhere(database, MINE) == []
    assert set(rows_left(database).values()) == {0}
    assert removed == Counter(
        task_runs=6, verifications=3, send_attempts=3, provider_calls=6, guard_decisions=3
    )


def test_nobody_elses_rows_are_touched(database: Database) -> None:
    """A neighbour's number, one digit off, keeps everything."""
    fill(database, HERS)
    before = rows_left(database)
    fill(database, MINE)

    erase(database)

    assert rows_left(database) == before
    assert sorted(set(anywhere(database, HERS))) == [
        "task_runs.phone_fingerprint",
        "verifications.phone_fingerprint",
    ]


def test_texts_of_a_callers_own_words_go_with_their_runs(database: Database) -> None:
    """No verification takes them along; a neighbour's stay."""
    for name, phone in (("mine", MINE[1]), ("hers", HERS[0])):
        put(database, run(f"message-{name}", asked=60, phone_fingerprint=phone, operation=Operation.MESSAGE))
        put(database, text(None, sent=60, task_id=f"message-{name}"))
    counted = held(database, MINE)

    removed = erase(database)

    assert counted == removed == {**dict.fromkeys(_TABLES, 0), "task_runs": 1, "send_attempts": 1}
    assert (rows_left(database)["task_runs"], rows_left(database)["send_attempts"]) == (1, 1)


def test_it_goes_in_batches_until_nothing_is_left(database: Database) -> None:
    """Somebody who was asked about thousands of times is forgotten whole."""
    put(database, *[run(f"run-{n:03d}", asked=60, phone_fingerprint=MINE[0]) for n in range(25)])
    put(database, *[verification(made=60, phone_fingerprint=MINE[1]) for _ in range(25)])

    removed = erase(database, figures=Figures(purge_rows=4))

    assert (removed["task_runs"], removed["verifications"]) == (25, 25)
    assert set(rows_left(database).values()) == {0}


def test_an_unknown_number_is_forgotten_at_once(database: Database) -> None:
    """Nothing is found, nothing is removed, and that is told of every table."""
    removed = erase(database)

    assert removed == dict.fromkeys(_TABLES, 0)
    assert held(database, MINE) == dict.fromkeys(_TABLES, 0)


def test_results_are_named_before_their_rows_go(database: Database) -> None:
    """A `forget` that is interrupted in between finds the runs again."""
    task_ids = fill(database, MINE)
    named: list[str] = []

    def erase_results(ids: Sequence[str]) -> None:
        assert rows_left(database)["task_runs"] == len(task_ids)
        named.extend(ids)

    forget(database, MINE, FIGURES, erase_results=erase_results, tell=lambda _: None)

    assert sorted(named) == sorted(task_ids)


@contextmanager
def forgetting(
    database: Database, heard: deque[GoingOn], figures: Figures = FIGURES
) -> Iterator[Future[Counter[str]]]:
    """Forget in a thread of its own, and yield once it says that it waits."""
    with ThreadPoolExecutor(1) as pool:
        forgotten = pool.submit(erase, database, heard, figures)
        wait_until(lambda: heard or forgotten.done(), "it waits, or is over", seconds=10)
        yield forgotten


@pytest.mark.parametrize("state", OPEN_STATES)
def test_an_open_run_is_waited_for_and_then_erased(database: Database, state: RunState) -> None:
    """Its worker may still write: nothing goes before it is done, and everything afterwards."""
    fill(database, MINE)
    put(database, run("open-run", asked=0, state=state, phone_fingerprint=MINE[0]))
    heard: deque[GoingOn] = deque()

    with forgetting(database, heard) as forgotten:
        assert not forgotten.done()
        assert rows_left(database)["task_runs"] == 7
        Runs(database).change("open-run", state=RunState.DONE, finished_at=seconds_from_now(0))
        removed = forgotten.result(timeout=20)

    assert heard[0].runs == 1
    assert heard[0].left_seconds == pytest.approx(135, abs=5)
    assert removed["task_runs"] == 7
    assert anywhere(database, MINE) == []


def test_a_run_that_nobody_ends_is_waited_for_until_after_its_deadline(database: Database) -> None:
    """No worker is up: after the deadline and its grace nobody can write to it, and it is erased as it is."""
    figures = Figures(forget_grace_seconds=4)
    put(database, run("open-run", asked=121, state=RunState.ACCEPTED, phone_fingerprint=MINE[0]))
    heard: deque[GoingOn] = deque()

    with forgetting(database, heard, figures) as forgotten:
        removed = forgotten.result(timeout=20)

    assert 0 < heard[0].left_seconds <= 3
    assert removed["task_runs"] == 1


@pytest.mark.parametrize("door", ["open", "durable"])
def test_a_result_that_may_still_be_stored_is_waited_for(database: Database, door: str) -> None:
    """An open-door run's copy in Redis is written after its row: erasing it before would leave it there."""
    finished = {"finished_at": seconds_from_now(-2), "wants_result": door == "open"}
    put(database, run("just-done", asked=3, phone_fingerprint=MINE[0], **finished))
    heard: deque[GoingOn] = deque()

    with forgetting(database, heard) as forgotten:
        removed = forgotten.result(timeout=20)

    assert bool(heard) is (door == "open")
    assert removed["task_runs"] == 1


def test_what_comes_in_meanwhile_goes_too(database: Database) -> None:
    """The person presses resend while an operator forgets them."""
    put(database, run("first-run", asked=0, state=RunState.CALLING, phone_fingerprint=MINE[0]))
    heard: deque[GoingOn] = deque()

    with forgetting(database, heard) as forgotten:
        put(database, run("second-run", asked=0, phone_fingerprint=MINE[0]), verification(made=0))
        Runs(database).change("first-run", state=RunState.DONE, finished_at=seconds_from_now(0))
        removed = forgotten.result(timeout=20)

    assert removed["task_runs"] == 2
    assert anywhere(database, MINE) == []
