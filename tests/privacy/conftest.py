"""The story, played once for each form of logs, on each kind of database."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

import pytest

from simulator.client import SimulatorClient
from tests.postgres import fresh_database
from tests.privacy.marks import all_marks
from tests.privacy.operator import (
    ask_by_flower,
    look_at_flower,
    look_at_what_is_in_hand,
    use_the_command_line,
)
from tests.privacy.planting import plant
from tests.privacy.sinks import Sinks, is_in_hand, redis_values, table_rows
from tests.privacy.stage import Stage, whole_stage
from tests.privacy.story import (
    play_at_both_doors,
    play_at_the_durable_door,
    play_at_the_open_door,
    play_verification,
    play_what_is_dropped,
    play_what_is_no_message,
)
from tests.privacy.teller import Teller
from tests.spellings import Marked
from worker.demo.waiting import wait_until


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Played:
    """What the story left behind: how each act ended, what to look for, and where."""

    told: dict[str, str]
    marks: tuple[Marked, ...]
    sinks: Sinks


@pytest.fixture(scope="session", params=["json-sqlite", "console-postgresql"])
def played(
    request: pytest.FixtureRequest,
    simulator_server: tuple[str, SimulatorClient],
    tmp_path_factory: pytest.TempPathFactory,
) -> Played:
    """Play the whole story, and let everything stop."""
    log_format, kind = request.param.split("-")
    directory = tmp_path_factory.mktemp(log_format)
    simulator_server[1].reset()
    with ExitStack() as stack:
        url = f"sqlite:///{directory}/test.db"
        if kind == "postgresql":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres")))
        with whole_stage(url, simulator_server, directory, log_format) as set_up:
            opened = Teller(stage=set_up, door="open")
            durable, sealed = (replace(opened, door=door) for door in ("durable", "sealed"))
            for act in (partial(play_verification, sealed), *_acts(set_up, durable, opened)):
                try:
                    act()
                except Exception as error:  # noqa: BLE001 - what was left is looked at: a leak explains more
                    opened.told["cut short"] = f"{error!r} {opened.told.get('cut short', '')}"
        for path in directory.glob("test.db*"):
            set_up.sinks.keep_file("database's files", path)
    simulator_server[1].reset()
    return Played(told=opened.told, marks=all_marks(opened.codes), sinks=set_up.sinks)


def _acts(set_up: Stage, durable: Teller, opened: Teller) -> list[Callable[[], None]]:
    """List all that happens, in order."""
    return [
        partial(plant, set_up),
        partial(play_at_both_doors, durable),
        partial(play_at_both_doors, opened),
        partial(look_at_what_is_in_hand, durable, opened),
        partial(ask_by_flower, opened),
        partial(play_at_the_durable_door, durable),
        partial(play_at_the_open_door, opened),
        partial(play_what_is_dropped, opened),
        partial(play_what_is_no_message, opened),
        partial(use_the_command_line, durable),
        partial(look_at_flower, set_up),
        partial(look_at_what_is_left, set_up),
    ]


def look_at_what_is_left(set_up: Stage) -> None:
    """Read the tables, and Redis once nothing is on its way any more."""
    for row in table_rows(set_up.backend.database):
        set_up.sinks.keep("tables", row)
    wait_until(lambda: not is_in_hand(set_up.redis_port), "every message is done with", seconds=40)
    for value in redis_values(set_up.redis_port):
        set_up.sinks.keep("Redis", value)
