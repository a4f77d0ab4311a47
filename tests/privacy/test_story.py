"""The canary: a marked number and code go through everything, and are then nowhere but in the dark.

What is in Redis while a message of the open door is on its way, bodies and a caller's own headers, is the
documented exception (docs/privacy.md); everything else that was said is searched, and nothing is found.
"""

import pytest

from tests.privacy.conftest import Played
from tests.privacy.marks import PLANTED
from tests.privacy.story import ENDS

SINKS = {
    "Flower",
    "Flower's database",
    "Flower's log",
    "Redis",
    "Redis while a run waits",
    "celery events",
    "client's exceptions",
    "client's log",
    "commands",
    "headers in Redis",
    "inspect",
    "listener",
    "published",
    "tables",
    "values",
    "worker's log",
}


def test_nothing_private_is_found_anywhere(played: Played) -> None:
    """No sink holds a number, a code or a client_ref, in any spelling."""
    assert played.sinks.finds(played.marks) == {}


def test_the_story_was_played(played: Played) -> None:
    """Each act ended as it should, so that there was something to leak."""
    assert played.told == ENDS


@pytest.mark.parametrize(
    ("sink", "words"),
    [
        ("inspect", ["SendArguments(", "PhoneNumber(", "Claim(", "tasks.send_verification"]),
        ("listener", ["run.fault", "SELECT ", "succeeded in"]),
    ],
)
def test_there_was_something_to_be_said(played: Played, sink: str, words: list[str]) -> None:
    """Values that hold something private were alive when asked what they are, and loggers were on."""
    assert [word for word in words if word not in played.sinks.said_in(sink)] == []


@pytest.mark.parametrize("sink", sorted(SINKS))
def test_what_is_planted_is_found(played: Played, sink: str) -> None:
    """Each sink is searched for real: the number that was put there on purpose is found."""
    assert sink in played.sinks.finds([PLANTED.marked])


def test_every_sink_is_known(played: Played) -> None:
    """What is kept is what is named here; the files of SQLite are there where it is the database."""
    assert played.sinks.names - {"database's files"} == SINKS
