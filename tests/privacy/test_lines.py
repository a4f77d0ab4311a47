"""Two lines of defence stand against what messages say, and each holds alone.

The first is the transport, which writes messages anew; the second are Celery's requests and handlers in our
subclasses. Behind one of them a hole in the other would not show, so each is tried without the other.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.client import SimulatorClient
from tests.privacy.marks import PLANTED, all_marks
from tests.privacy.sinks import is_in_hand, redis_headers
from tests.privacy.stage import Stage, stage
from tests.privacy.story import play_what_is_dropped, play_what_is_no_message
from tests.privacy.teller import SEND, Teller
from tests.spellings import found_in
from worker.demo.waiting import wait_until

MARKS = all_marks([])
HEARD = {"listener", "published", "worker's log"}


@contextmanager
def line(which: str, simulator: tuple[str, SimulatorClient], directory: Path) -> Iterator[Teller]:
    """Run a worker with one line alone, or with both."""
    url = f"sqlite:///{directory}/test.db"
    app = "tests.privacy.turned_on" if which == "both" else f"tests.privacy.alone.{which}"
    with stage(url, simulator, directory, app=app) as set_up:
        yield Teller(stage=set_up, door="open")
        wait_until(lambda: not is_in_hand(set_up.redis_port), "all messages are done with", seconds=20)


def whys(set_up: Stage) -> set[str]:
    """Why messages were dropped, in the worker's own words."""
    lines = [json.loads(one) for one in set_up.backend.log.read_text().splitlines() if one.startswith("{")]
    return {one["why"] for one in lines if one["event"] == "message.dropped"}


def test_the_first_line_alone_drops_unquoted_what_is_no_message(
    simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> None:
    """What Celery's own handlers would print does not reach them."""
    with line("first_line", simulator, tmp_path) as teller:
        play_what_is_dropped(teller)
        play_what_is_no_message(teller)

    assert teller.stage.sinks.finds(MARKS) == {}
    assert whys(teller.stage) >= {"unknown task", "task id", "body", "content type", "not a JSON object"}
    assert HEARD - {"published"} <= teller.stage.sinks.finds([PLANTED.marked]).keys()


def test_the_second_line_alone_drops_unquoted_what_is_no_task(
    simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> None:
    """A message that kombu lets in is dropped by our handlers, which say why and nothing else."""
    with line("second_line", simulator, tmp_path) as teller:
        play_what_is_dropped(teller)

    assert teller.stage.sinks.finds(MARKS) == {}
    assert whys(teller.stage) == {"unknown task", "unknown message", "undecodable", "malformed task"}


def test_the_second_line_alone_repeats_no_header(
    simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> None:
    """A stranger's headers say everything; logs, events, results and remote control say none of it."""
    with line("second_line", simulator, tmp_path) as teller:
        number, hints = teller.number("held").typed, teller.number("refused").typed
        headers = {"shadow": hints, "root_id": hints, "parent_id": hints, "group_id": hints}
        with teller.fault("hold", "start") as held:
            asked = teller.message(SEND, {"phone_number": number}, **headers)
            teller.stage.phone.wait_held(held)
            inspect = teller.stage.caller.control.inspect(timeout=5, limit=1)
            for answer in (inspect.active(), inspect.query_task(asked), inspect._request("live_objects")):  # noqa: SLF001
                teller.stage.sinks.keep("inspect", answer)
            teller.stage.phone.release(held)
        teller.tell("sent", asked)
        teller.tell(
            "a fault", teller.message(SEND, {"phone_number": teller.number("raises").typed}, **headers)
        )
        failed = teller.message(SEND, {"phone_number": teller.number("is not accepted").typed}, **headers)
        result = teller.stage.caller.AsyncResult(failed)
        wait_until(lambda: result.state == "FAILURE", "Celery says that it failed", seconds=20)

    assert teller.stage.sinks.finds(MARKS) == {}
    assert teller.told == {"open: sent": "sent", "open: a fault": "internal_error"}
    assert HEARD - {"published"} <= teller.stage.sinks.finds([PLANTED.marked]).keys()


def test_what_is_in_hand_says_nothing_but_in_its_body(
    simulator: tuple[str, SimulatorClient], tmp_path: Path
) -> None:
    """What Redis keeps until a message is acknowledged was written anew, without a stranger's headers."""
    with line("both", simulator, tmp_path) as teller, teller.fault("hold", "start") as held:
        teller.message(SEND, {"phone_number": teller.number("held").typed})
        teller.stage.phone.wait_held(held)
        headers = list(redis_headers(teller.stage.redis_port))
        teller.stage.phone.release(held)

    assert len(headers) == 1
    assert found_in(headers[0], MARKS) == []
