"""The table of doors is whole: no door without a mask or a proof, no mask that it does not know."""

import re
from pathlib import Path

import pytest

from tests.privacy.doors import DOORS, MASKS, ROOT, modules
from tests.privacy.doors.door import Door, Mask
from tests.privacy.marks import PLANTED
from tests.privacy.mutate import A_FIND, taken_away
from tests.spellings import found_in
from worker.hardening import loggers

FOUND = {
    "headers of messages that our app publishes",
    "headers that a stock producer wrote",
    "events of the worker, and what Celery logs of a request",
    "task-sent events of a caller's own app",
    "results: result key, task-succeeded, `status`, `runs`, the tables, what a person is told",
    "a failed task: result key, task-failed, Celery's log, error trackers",
    "a waiting task: RETRY in result keys, task-retried, Celery's log",
    "messages that are no tasks: log lines, result keys",
    "remote control: inspect active, reserved, scheduled, query_task; Flower's worker page",
    "result keys",
    "a retry",
    "MaxRetriesExceededError",
    "DEBUG: `TaskPool: Apply`",
    "exceptions in our own log lines, and in whatever else hears them (an error tracker)",
    "Twilio's refusals and the SDK's exceptions",
    "logger twilio.http_client",
    "SQLAlchemy: echo, and the text of a failed statement",
    "Flower's pages, API, /metrics, its database",
    "repr and text of values, in anybody's log or traceback",
    "numbers with a fixed code",
    "what became of a text, in Twilio's words",
    "texts of our own on their way to Twilio",
    "`doctor --phone`",
    "`health`, and the file that it reads",
    "Flower's RESULT column",
    "the example backend: its log, URLs, answers",
}
"""The doors that were known: of Celery, Flower, SQLAlchemy and the SDK, and of texts of our own."""

HIDES_NOTHING_PRIVATE = {
    # What base64 and Fernet raise says nothing of what they were given, nor does what we make of it.
    "phone_verification/keys.py": 3,
    "tasks/open_door.py": 1,
    # A database's own words, which hold no parameter of ours that is private.
    "phone_verification/client.py": 2,
    # It is caught by the SDK's caller, and never told.
    # It is caught by the consumer, which tells its type alone.
    "worker/hardening/request.py": 1,
    # An operator's terminal, and no worker: commands and the demo.
    "worker/commands/console.py": 2,
    "worker/commands/demo.py": 2,
    "worker/demo/redis_server.py": 1,
    # The example backend does not start, and nobody prints what a SystemExit came from.
    "examples/web_backend/app.py": 2,
}
"""How often `from None` hides what an exception came from without being a mask, and why it is none."""

LOOKS_LIKE_A_MASK = re.compile(
    r"repr=False|hide_parameters=True|hide_input_in_errors=True|= MASKED\b|=MASKED\b"
)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.place)
def test_a_door_has_masks_or_a_proof(door: Door) -> None:
    """One or the other; a proof is a test that there is."""
    assert bool(door.masks) != bool(door.needs_none)
    assert _is_test(door.proven_by)


@pytest.mark.parametrize("mask", MASKS, ids=lambda mask: f"{mask.file}: {mask.what}")
def test_a_mask_is_where_the_table_says(mask: Mask) -> None:
    """Its text is there, once, what is put in its place differs, and a test is named that would notice."""
    assert (ROOT / mask.file).read_text().count(mask.text) == 1
    assert mask.put != mask.text
    assert _is_test(mask.noticed_by)


def test_every_door_that_was_known_is_in_the_table() -> None:
    """No door is dropped without anybody noticing, and each is told once."""
    places = [door.place for door in DOORS]

    assert set(places) >= FOUND
    assert len(places) == len(set(places))


def test_every_quoting_logger_is_in_the_table() -> None:
    """Each that is told to be quiet has a mask of its own."""
    told = "".join(mask.text for mask in MASKS if mask.file == "worker/hardening/loggers.py")

    for name in (*loggers._SPEAKS_FROM, *loggers._UNQUOTED):  # noqa: SLF001 - the table is of these very names
        assert f'"{name}"' in told


def test_what_looks_like_a_mask_is_one() -> None:
    """What is kept out of reprs, errors and headers anywhere in the product is taken away somewhere here."""
    for path in modules():
        name, text = path.relative_to(ROOT).as_posix(), path.read_text()
        masks = [mask for mask in MASKS if mask.file == name]
        for look in set(LOOKS_LIKE_A_MASK.findall(text)):
            taken = sum(mask.text.count(look) - mask.put.count(look) for mask in masks)
            assert taken == text.count(look), f"{name}: {look}"


def test_every_exception_that_hides_where_it_came_from_is_judged() -> None:
    """`from None` is a mask that the table takes away, or hides nothing private."""
    for path in modules():
        name = path.relative_to(ROOT).as_posix()
        masks = {mask.text for mask in MASKS if mask.file == name and "from None" in mask.text}
        hidden = path.read_text().count("from None")
        assert hidden == len(masks) + HIDES_NOTHING_PRIVATE.get(name, 0), name


@pytest.mark.parametrize("text", [PLANTED.e164, PLANTED.typed, f"<{PLANTED.typed}>".encode().hex()])
def test_the_runner_knows_a_find_when_it_sees_one(text: str) -> None:
    """A mask counts as missed only when something private was found, not when a test breaks down."""
    finds = found_in(text, [PLANTED.marked])

    assert finds
    assert all(A_FIND.search(find) for find in finds)


def test_a_mask_is_taken_away_in_a_copy_alone(tmp_path: Path) -> None:
    """Where its text is not there, or there twice, the runner says so and goes no further."""
    copy = tmp_path / MASKS[0].file
    copy.parent.mkdir(parents=True)
    copy.write_text((ROOT / MASKS[0].file).read_text())

    taken_away(MASKS[0], tmp_path)

    assert MASKS[0].text not in copy.read_text()
    with pytest.raises(ValueError, match="0 times"):
        taken_away(MASKS[0], tmp_path)


def _is_test(node: str) -> bool:
    """Whether such a test is there."""
    file, _, name = node.partition("[")[0].partition("::")
    return (ROOT / file).exists() and f"def {name}" in (ROOT / file).read_text()
