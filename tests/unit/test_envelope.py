"""Which list items become messages, and what is made of them."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kombu.utils.json import loads

from tasks.malformed import REFUSED_HEADER, RefusedOption
from tests.shapes import MARKED, MARKED_NUMBER, RUN, SHAPES, Shape, body, message
from worker.hardening.channel import only_readable
from worker.hardening.envelope import Envelope, read_envelope
from worker.hardening.flaws import Flaw, carrier_flaw

NOW = datetime.now(UTC)
TASK_ID = "3b241101-e2bb-4255-8caf-4136c566a962"
QUEUE = "verification.check"


def decoded(item: bytes) -> Any:
    """What kombu would decode; an item that it cannot is null, as the transport puts it."""
    popped = only_readable((b"key", item))
    assert popped is not None
    return loads(popped[1].decode())


def envelope(**changes: Any) -> Envelope:
    """Read a good message with some changes."""
    read = read_envelope(message(TASK_ID, **changes), NOW)
    assert isinstance(read, Envelope)
    return read


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_shape_meets_its_fate(shape: Shape) -> None:
    """A flaw is named, an option that is not kept is refused, an oddity that nobody reads does no harm."""
    read = read_envelope(decoded(shape.make(TASK_ID)), NOW)

    fate = read if isinstance(read, Flaw) else read.refused or RUN
    assert fate == shape.fate


def test_a_message_is_written_anew_from_what_was_checked() -> None:
    """No header or property of a stranger's reaches Celery."""
    written = envelope(
        headers__shadow=MARKED_NUMBER, headers__retries=2, properties__reply_to=MARKED_NUMBER
    ).message(QUEUE)

    assert written["headers"] == {
        "task": "tasks.check_verification",
        "id": TASK_ID,
        "root_id": TASK_ID,
        "retries": 2,
        "ignore_result": None,
        "eta": None,
        REFUSED_HEADER: None,
    }
    assert MARKED_NUMBER not in json.dumps(written)
    assert written["body"] == body()


def test_a_message_comes_back_to_the_queue_that_it_was_taken_from() -> None:
    """An exchange that no queue is bound to would lose a message that is restored."""
    written = envelope(properties__delivery_info={"exchange": "x", "routing_key": "y"}).message(QUEUE)

    info = written["properties"]["delivery_info"]
    assert (info["exchange"], info["routing_key"]) == ("", QUEUE)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"headers__eta": "9999-12-31T00:00:00Z"},
        {"headers__eta": (NOW + timedelta(seconds=30)).isoformat()},
        {"headers__expires": 5},
        {"body": body(([], {}, {"chain": 1}))},
        {"headers__ignore_result": True, "properties__priority": 3},
    ],
    ids=["plain", "eta refused", "eta kept", "expires", "ring", "options"],
)
def test_a_message_that_comes_back_reads_the_same(changes: dict[str, Any]) -> None:
    """What is noted as unacknowledged is what was written anew, and Redis hands it out again."""
    first = envelope(**changes)

    assert read_envelope(json.loads(json.dumps(first.message(QUEUE))), NOW) == first


@pytest.mark.parametrize(
    ("ahead_seconds", "refused"),
    [(-1, None), (5, None), (60, None), (61, RefusedOption.ETA)],
)
def test_only_a_short_hold_is_kept(ahead_seconds: int, refused: RefusedOption | None) -> None:
    """A message may be held for a minute, never longer: it is neither kept in hand nor run early."""
    eta = NOW + timedelta(seconds=ahead_seconds)
    read = envelope(headers__eta=eta.isoformat())

    assert read.refused == refused
    assert read.eta == (eta if 0 < ahead_seconds <= 60 else None)


def test_a_time_without_an_offset_is_utc() -> None:
    """Celery's clock here is UTC, and Celery is given the offset."""
    eta = NOW + timedelta(seconds=5)

    read = envelope(headers__eta=eta.replace(tzinfo=None).isoformat())

    assert read.message(QUEUE)["headers"]["eta"] == eta.isoformat()


def test_a_refused_message_carries_no_arguments() -> None:
    """An older worker that gets it back has nothing to run."""
    read = envelope(headers__expires=5)

    assert json.loads(base64.b64decode(read.body)) == [[], {}, {}]
    assert read.message(QUEUE)["headers"][REFUSED_HEADER] == "expires"


def test_a_message_with_nothing_but_an_id_is_never_refused() -> None:
    """It rings for a row: the row knows when its time has come."""
    read = envelope(body=body(([], {}, {"chain": 1})), headers__eta="9999-12-31T00:00:00Z")

    assert (read.refused, read.eta) == (None, None)


def test_a_mark_that_is_not_ours_is_left_out() -> None:
    """What a stranger writes where we mark a refusal is not repeated."""
    assert envelope(headers__refused=MARKED_NUMBER).refused is None


def test_other_queues_keep_kombus_own_messages() -> None:
    """Remote control and events carry what they like, in a shape that kombu can carry."""
    control = message(TASK_ID, headers={"ticket": 1, "clock": 2}, content_type="text/x", body="hello")

    assert carrier_flaw({**control, "properties": {**control["properties"], "body_encoding": None}}) is None
    assert carrier_flaw({"pattern": None, **MARKED}) is Flaw.PROPERTIES


@pytest.mark.parametrize("popped", [None, ()])
def test_a_pop_that_found_nothing_stays_nothing(popped: Any) -> None:
    """BRPOP ends after a second without an item."""
    assert only_readable(popped) is None


def test_a_sealed_message_passes_as_it_came() -> None:
    """The guard opens nothing: the token reaches the task in the body it was sent in."""
    sent = body(([], {"sealed": "gAAAAA" + "A" * 2000}, {}))

    read = read_envelope(message(TASK_ID, body=sent), NOW)

    assert isinstance(read, Envelope)
    assert (read.body, read.body_encoding, read.refused) == (sent, "base64", None)
    assert "gAAAAA" not in repr(read)
