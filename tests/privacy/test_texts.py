"""The canary where texts are ours: codes that we make and words that a caller writes are nowhere.

Played by a worker that makes every code itself, and by one whose Verify refuses each send, so that Messaging
takes it over.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

import pytest

from simulator.client import SimulatorClient
from tests.postgres import fresh_database
from tests.privacy.beside import (
    ask_the_doctor,
    look_at_texts_in_hand,
    look_at_the_worker,
    page_of,
    settings_of,
    use_the_commands,
)
from tests.privacy.conftest import Played, look_at_what_is_left
from tests.privacy.marks import FIXED, PLANTED, all_text_marks
from tests.privacy.operator import look_at_flower
from tests.privacy.planting import plant, plant_by_hand
from tests.privacy.stage import Stage, whole_stage
from tests.privacy.teller import Teller
from tests.privacy.test_story import SINKS
from tests.privacy.texts import ends, play_arrivals, play_at_a_page, play_texts, play_what_is_not_taken

TEXT_SINKS = SINKS | {"doctor", "health file", "metrics", "page", "page's log"}
BY_HAND = ("doctor", "health file", "page")
"""What only a worker or the backend itself writes, so that nobody can leave a number there on purpose."""


DOORS_OF = {"messaging": ("durable", "open", "sealed"), "fallback": ("durable", "open")}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TextsPlayed(Played):
    """What the story left behind, and how each act should have ended."""

    ends: dict[str, str]


@pytest.fixture(scope="session", params=["messaging-json-sqlite", "fallback-console-postgresql"])
def texted(
    request: pytest.FixtureRequest,
    simulator_server: tuple[str, SimulatorClient],
    tmp_path_factory: pytest.TempPathFactory,
) -> TextsPlayed:
    """Play the whole story of texts, and let everything stop."""
    service, log_format, kind = request.param.split("-")
    directory = tmp_path_factory.mktemp(service)
    simulator_server[1].reset()
    with ExitStack() as stack:
        url = f"sqlite:///{directory}/test.db"
        if kind == "postgresql":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres")))
        changes = settings_of(service, directory)
        with (
            whole_stage(url, simulator_server, directory, log_format, changes) as set_up,
            page_of(set_up, directory) as page,
        ):
            durable = Teller(stage=set_up, door="durable")
            tellers = [replace(durable, door=door) for door in DOORS_OF[service]]
            if service == "fallback":
                said = f"Verification of {FIXED.typed} is under review"
                set_up.phone.fault("status", "start", status=403, code=60238, message=said, times=None)
            for act in _acts(set_up, tellers, page):
                try:
                    act()
                except Exception as error:  # noqa: BLE001 - what was left is looked at: a leak explains more
                    durable.told["cut short"] = f"{error!r} {durable.told.get('cut short', '')}"
    simulator_server[1].reset()
    return TextsPlayed(
        told=durable.told,
        ends=ends(*tellers),
        marks=all_text_marks(durable.codes),
        sinks=set_up.sinks,
    )


def _acts(set_up: Stage, tellers: Sequence[Teller], page: str) -> list[Callable[[], None]]:
    """List all that happens, in order."""
    return [
        partial(plant, set_up),
        partial(plant_by_hand, set_up, BY_HAND),
        *(partial(play_texts, teller) for teller in tellers),
        partial(look_at_texts_in_hand, *tellers),
        partial(play_what_is_not_taken, tellers[0], tellers[1]),
        partial(play_at_a_page, tellers[0], page),
        partial(play_arrivals, *tellers),
        partial(look_at_the_worker, set_up),
        partial(ask_the_doctor, tellers[1]),
        partial(use_the_commands, tellers[1]),
        partial(look_at_flower, set_up),
        partial(look_at_what_is_left, set_up),
    ]


def test_nothing_private_is_found_anywhere(texted: TextsPlayed) -> None:
    """No sink holds a number, a code, a client_ref or a word that a caller wrote, in any spelling."""
    assert texted.sinks.finds(texted.marks) == {}


def test_the_story_of_texts_was_played(texted: TextsPlayed) -> None:
    """Each act ended as it should, so that there was something to leak."""
    assert texted.told == texted.ends


@pytest.mark.parametrize(
    ("sink", "words"),
    [
        ("inspect", ["MessageArguments(", "OwnCode(", "CodeText(", "PlainText(", "tasks.send_message"]),
        ("listener", ["run.fault", "text.undelivered", "SELECT ", "succeeded in"]),
        ("metrics", ["phone_verification_runs_total", "phone_verification_text_deliveries_total"]),
        ("doctor", ["last runs", "TEST_NUMBERS", "invalid_phone_number", "healthy"]),
        ("page's log", ["POST /phone-verification", "GET /tasks/"]),
        ("health file", ["believed_until"]),
        ("Flower", ["sent +82*****", "invalid_code"]),
    ],
)
def test_there_was_something_to_be_said(texted: TextsPlayed, sink: str, words: list[str]) -> None:
    """Values that hold something private were alive when asked what they are, and loggers were on."""
    assert [word for word in words if word not in texted.sinks.said_in(sink)] == []


def test_what_is_planted_is_found(texted: TextsPlayed) -> None:
    """Each sink is searched for real, and each is known: the number that was put there is found."""
    assert texted.sinks.finds([PLANTED.marked]).keys() == TEXT_SINKS
