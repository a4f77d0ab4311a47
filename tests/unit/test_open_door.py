"""The open door: which messages are let in, and what is read of a sealed one."""

import base64
import json
import time
from typing import Any

import pytest
from cryptography.fernet import Fernet

from phone_verification import InvalidArgumentsError, new_task_id, seal_check, seal_send
from phone_verification.arguments import CheckArguments, SendArguments
from phone_verification.keys import Seals, make_key
from phone_verification.kinds import Operation
from tasks.open_door import SEAL_SECONDS, OpenDoor, Wish, read_wish

KEY, OTHER_KEY = make_key("k1"), make_key("k2")
TASK_ID = new_task_id()
NUMBER = "010-8765-4321"
PLAIN = {"phone_number": NUMBER}
CLOSED = "(the open door is closed)"
SEALED_ONLY = "(the open door takes sealed arguments)"


def read(
    kwargs: dict[str, Any],
    *,
    door: OpenDoor = OpenDoor.PLAIN,
    seal_keys: str = KEY,
    operation: Operation = Operation.SEND,
) -> Wish:
    """Read a message for the task id of these tests."""
    return read_wish(door, Seals.parse(seal_keys), operation, TASK_ID, [], kwargs)


def refusal(kwargs: dict[str, Any], **others: Any) -> str:
    """Return the field for which a message is refused."""
    with pytest.raises(InvalidArgumentsError) as raised:
        read(kwargs, **others)
    return raised.value.field


def sealed_at(age_seconds: float) -> dict[str, str]:
    """Seal a send as of so many seconds ago."""
    fernet = Fernet(base64.urlsafe_b64encode(base64.b64decode(KEY.partition(":")[2])))
    inside = json.dumps({**PLAIN, "task_id": TASK_ID}).encode()
    return {"sealed": fernet.encrypt_at_time(inside, int(time.time() - age_seconds)).decode()}


@pytest.mark.parametrize(
    ("door", "of_plain", "of_sealed"),
    [
        (OpenDoor.PLAIN, None, None),
        (OpenDoor.SEALED, SEALED_ONLY, None),
        (OpenDoor.CLOSED, CLOSED, CLOSED),
    ],
    ids=str,
)
def test_the_door_stands_in_three_ways(door: OpenDoor, of_plain: str | None, of_sealed: str | None) -> None:
    """It takes both kinds, sealed ones alone, or none."""
    for kwargs, field in ((PLAIN, of_plain), (seal_send(TASK_ID, NUMBER, seal_keys=KEY), of_sealed)):
        if field is None:
            assert read(kwargs, door=door).arguments == SendArguments(phone_number=NUMBER)
        else:
            assert refusal(kwargs, door=door) == field


@pytest.mark.parametrize("door", OpenDoor)
def test_positional_arguments_are_refused_wherever_the_door_stands(door: OpenDoor) -> None:
    """The contract has names only."""
    with pytest.raises(InvalidArgumentsError, match="positional"):
        read_wish(door, Seals.parse(KEY), Operation.SEND, TASK_ID, [NUMBER], {})


def test_what_was_sealed_is_read() -> None:
    """Every argument comes through, those of a check too."""
    send = seal_send(
        TASK_ID, NUMBER, seal_keys=KEY, channel="call", locale="ko", client_ref="ip", requested_at=12.5
    )
    check = seal_check(TASK_ID, "123456", phone_number=NUMBER, verification_id="the-handle", seal_keys=KEY)

    assert read(send).arguments == SendArguments(
        phone_number=NUMBER, channel="call", locale="ko", client_ref="ip", requested_at=12.5
    )
    assert read(check, operation=Operation.CHECK).arguments == CheckArguments(
        phone_number=NUMBER, code="123456", verification_id="the-handle"
    )


def test_any_key_of_the_list_opens() -> None:
    """Callers and workers may be at different steps of a rotation."""
    kwargs = seal_send(TASK_ID, NUMBER, seal_keys=OTHER_KEY)

    assert read(kwargs, seal_keys=f"{KEY},{OTHER_KEY}").is_timely


@pytest.mark.parametrize(
    ("age_seconds", "is_timely"),
    [
        *((0, True), (SEAL_SECONDS - 10, True), (10 - SEAL_SECONDS, True)),
        *((SEAL_SECONDS + 10, False), (-SEAL_SECONDS - 10, False), (10**8, False), (-(10**8), False)),
    ],
)
def test_a_token_counts_for_150_seconds_either_way(age_seconds: float, is_timely: bool) -> None:  # noqa: FBT001 - a column
    """Hosts' clocks differ, and messages wait; Fernet's own ttl would allow 60 s into the future."""
    assert SEAL_SECONDS == 150
    assert read(sealed_at(age_seconds)).is_timely is is_timely


@pytest.mark.parametrize(
    "kwargs",
    [
        seal_send(new_task_id(), NUMBER, seal_keys=KEY),
        seal_send(TASK_ID, NUMBER, seal_keys=OTHER_KEY),
        {**seal_send(TASK_ID, NUMBER, seal_keys=KEY), **PLAIN},
        {**seal_send(TASK_ID, NUMBER, seal_keys=KEY), "options": {}},
        {"sealed": "gAAAAABnot-a-token"},
        {"sealed": ""},
        {"sealed": None},
        {"sealed": ["gAAAAAB"]},
        {"sealed": "\ud800"},
    ],
    ids=[
        *("another task", "another key", "mixed", "mixed with a default", "no token"),
        *("empty", "null", "a list", "no text"),
    ],
)
@pytest.mark.parametrize("door", [OpenDoor.PLAIN, OpenDoor.SEALED])
def test_a_token_that_says_nothing_here_is_refused(kwargs: dict[str, Any], door: OpenDoor) -> None:
    """It is opened under one of our keys, for its own task, and alone; or it is nothing."""
    assert refusal(kwargs, door=door) == "sealed"


def test_the_shape_of_what_was_sealed_is_judged_like_any_other() -> None:
    """The field is named, wherever it came from; a send's token checks nothing."""
    sealed = Seals.parse(KEY).seal(TASK_ID, {**PLAIN, "channel": "fax"})

    assert refusal({"sealed": sealed}) == "channel"
    assert refusal(seal_send(TASK_ID, NUMBER, seal_keys=KEY), operation=Operation.CHECK) == "code"


def test_the_sealing_functions_refuse_what_the_worker_would() -> None:
    """A caller learns at once, and by name."""
    for field, seal in (
        ("task_id", lambda: seal_send("user-01012345678", NUMBER, seal_keys=KEY)),
        ("channel", lambda: seal_send(TASK_ID, NUMBER, channel="fax", seal_keys=KEY)),
        (
            "verification_id",
            lambda: seal_check(TASK_ID, "123456", phone_number=NUMBER, verification_id=None, seal_keys=KEY),
        ),
    ):
        with pytest.raises(InvalidArgumentsError, match=field):
            seal()


def test_a_wish_shows_nothing_private() -> None:
    """Its repr may be logged."""
    assert "8765" not in repr(read(PLAIN))
