"""The story: everything that happens to a number and a code, through both doors.

Lives here: the acts, each with a number of its own, and how each must end: an act that did not happen would
leave nothing to be found.
"""

import base64
import json
from typing import Final
from uuid import uuid4

import redis as redis_client

from phone_verification.kinds import PollState
from tests.privacy.marks import CLIENT_REF, IS_NOT_ACCEPTED, RAISING_CODE, WRONG_CODE
from tests.privacy.sinks import is_in_hand, redis_values
from tests.privacy.teller import QUEUES, SEND, Teller
from tests.shapes import message
from worker.demo.waiting import wait_until

ENDS_AT_BOTH_DOORS: Final = {
    "sent": "sent",
    "too soon": "rate_limited",
    "wrong code": "invalid_code",
    "right code": "approved",
    "pressed again": "approved, replayed",
    "another code": "already_verified",
    "refused, echoed": "invalid_phone_number",
    "on trial, echoed": "recipient_unverified",
    "code refused, echoed": "invalid_code",
    "through an outage": "sent",
    "lost, found by number": "sent",
    "lost, found in a list": "sent",
    "no number": "invalid_phone_number",
    "a fault": "internal_error",
    "a fault of SQL": "internal_error",
    "a fault at a code": "internal_error",
}
_STORY: Final = ("sent", "too soon", "wrong code", "right code", "pressed again", "another code")
ENDS: Final = {
    **{f"sealed: {act}": ENDS_AT_BOTH_DOORS[act] for act in _STORY},
    **{f"{door}: {act}": end for door in ("durable", "open") for act, end in ENDS_AT_BOTH_DOORS.items()},
    "durable: conflict": "IdempotencyConflictError",
    "durable: id": "InvalidArgumentsError",
    "durable: channel": "InvalidArgumentsError",
    "durable: handle": "InvalidArgumentsError",
    "open: unknown name": "invalid_request",
    "open: options": "invalid_request",
    "open: channel": "invalid_request",
    "open: far countdown": "invalid_request",
    "open: expires": "invalid_request",
    "open: link": "invalid_request",
    "open: locale, shadow": "invalid_request",
    "open: positional": "invalid_request",
    "open: conflict": "sent",
    "open: a fault before the row": "RunFault",
    "Flower": "asked",
}


def play_at_both_doors(teller: Teller) -> None:
    """Everything that may happen to whoever asks, whichever way."""
    play_verification(teller)
    _echoes(teller)
    _trouble(teller)
    _mistakes(teller)


def play_verification(teller: Teller) -> None:
    """Send, press resend too soon, mistype, succeed, press again, and come back with another code."""
    number = teller.number("story")
    handle = teller.send(number.typed, client_ref=CLIENT_REF)
    teller.tell("sent", handle)
    teller.tell("too soon", teller.send(number.typed, client_ref=CLIENT_REF))
    code = teller.code(number)
    teller.tell("wrong code", teller.check(number.typed, WRONG_CODE, handle))
    teller.tell("right code", teller.check(number.typed, f"{code[:5]} {code[5:]}", handle))
    teller.tell("pressed again", teller.check(number.typed, code, handle))
    teller.tell("another code", teller.check(number.typed, WRONG_CODE, handle))


def _echoes(teller: Teller) -> None:
    """Twilio refuses, and its sentences repeat the number and the code."""
    number = teller.number("echo")
    said = f"Invalid parameter `To`: {number.e164}"
    with teller.fault("status", "start", status=400, code=60200, message=said):
        teller.tell("refused, echoed", teller.send(number.typed))
    number = teller.number("trial")
    said = f"The number {number.e164} is unverified. Trial accounts cannot send to {number.typed}."
    with teller.fault("rfc9457", "start", status=400, code=21608, message=said):
        teller.tell("on trial, echoed", teller.send(number.typed))
    said = f"Invalid parameter: Code {WRONG_CODE}"
    with teller.fault("status", "check", status=400, code=60200, message=said):
        teller.tell("code refused, echoed", teller.check(teller.number("code echo").typed, WRONG_CODE))


def _trouble(teller: Teller) -> None:
    """Twilio is away; answers are lost, and looked for by number and in a list: both are in the URL."""
    stage = teller.stage
    stage.phone.outage("refuse")
    waiting = teller.send(teller.number("outage").typed)
    teller.wait_for(PollState.RETRYING, waiting)
    port = stage.redis_port
    wait_until(lambda: not is_in_hand(port), "its message is done with", seconds=20)
    for value in redis_values(port):
        stage.sinks.keep("Redis while a run waits", value)
    stage.phone.outage("off")
    teller.tell("through an outage", waiting)
    number = teller.number("lost")
    with teller.fault("drop_after", "start", to=number.e164):
        teller.tell("lost, found by number", teller.send(number.typed))
    number = teller.number("listed")
    with (
        teller.fault("drop_after", "start", to=number.e164),
        teller.fault("status", "fetch", status=503, code=20503, times=None),
    ):
        teller.tell("lost, found in a list", teller.send(number.typed))


def _mistakes(teller: Teller) -> None:
    """What is no number, and faults of ours that say all they know."""
    teller.tell("no number", teller.send(f"{teller.number('malformed').typed} (mobile)"))
    teller.tell("a fault", teller.send(teller.number("raises").typed))
    teller.tell("a fault of SQL", teller.send(teller.number("breaks a statement").typed))
    teller.tell("a fault at a code", teller.check(teller.number("malformed").typed, RAISING_CODE))


def play_at_the_durable_door(teller: Teller) -> None:
    """What the client does not take: it says which field, never what was in it."""
    client, number = teller.stage.backend.client, teller.number("refused").typed
    kept = teller.send(teller.number("conflict").typed)
    with teller.refused("conflict"):
        client.send(number, task_id=kept)
    with teller.refused("id"):
        client.send(number, task_id=f"for:{number}")
    with teller.refused("channel"):
        client.send(number, channel=number)
    with teller.refused("handle"):
        client.check(WRONG_CODE, phone_number=number, verification_id=number)
    teller.stage.sinks.keep("values", f"{client!r} {vars(client)!r}")


def play_at_the_open_door(teller: Teller) -> None:
    """What the worker does not take: answered where somebody can be, dropped where not."""
    number, caller = teller.number("refused").typed, teller.stage.caller
    for act, options, arguments in (
        ("unknown name", {}, {number: 1}),
        ("options", {}, {"options": {"number": number}}),
        ("channel", {}, {"channel": number}),
        ("far countdown", {"countdown": 3_600}, {}),
        ("expires", {"expires": 600}, {}),
        ("link", {"link": caller.signature("x", kwargs={"number": number})}, {}),
        ("locale, shadow", {"shadow": number}, {"locale": number}),
    ):
        teller.tell(act, teller.message(SEND, {"phone_number": number, **arguments}, **options))
    positional = caller.send_task(SEND, args=[number], queue=QUEUES[SEND])
    teller.tell("positional", str(positional.id))
    kept = teller.send(teller.number("conflict").typed)
    teller.result(kept)
    teller.message(SEND, {"phone_number": number}, task_id=kept)
    teller.tell("conflict", kept)
    lost = caller.AsyncResult(teller.send(IS_NOT_ACCEPTED.typed, client_ref=CLIENT_REF))
    wait_until(lambda: lost.state == "FAILURE", "Celery says that it failed", seconds=20)
    teller.told["open: a fault before the row"] = type(lost.result).__name__
    teller.stage.sinks.keep("values", f"{lost.result!r} {lost.traceback}")


def play_what_is_dropped(teller: Teller) -> None:
    """Messages that nobody can be answered for: of another task, with an id that is none, or no messages."""
    number = teller.number("malformed")
    for task_id in (f"for:{number.typed}", number.typed, number.e164, number.typed.replace("-", "")):
        teller.message(SEND, {"phone_number": number.typed}, task_id=task_id)
    for name in ("tasks.unknown", f"tasks.unknown.{number.typed}"):
        teller.stage.caller.send_task(name, kwargs={"x": number.typed}, queue=QUEUES[SEND])
    said = json.dumps({"phone_number": number.typed})
    for changes in (
        {"headers": {}, "body": _body(said)},
        {"headers": {}, "body": _body(f"{said} and more")},
        {"headers": {}, "body": _body(said), "content-type": number.typed},
        {"body": _body(f"[[], {said}, [{said}]]")},
        {"body": _body(f"[[], {said}, {{}}]"), "content-type": "application/x-python-serialize"},
    ):
        teller.push(json.dumps({**message(str(uuid4())), **changes}).encode())


def play_what_is_no_message(teller: Teller) -> None:
    """Items that kombu could not carry."""
    number = teller.number("malformed").typed
    for item in (
        f"verify {number}",
        f'{{"phone_number": "{number}"}}',
        f'{{"body": "{number}", "headers": {{"task": "{SEND}", "id": "{uuid4()}"}}, "properties": {{}}}}',
        f'{{"task": "{SEND}", "id": "{uuid4()}", "args": ["{number}"], "kwargs": {{}}}}',
    ):
        teller.push(item.encode())
    with redis_client.Redis(port=teller.stage.redis_port) as broker:
        broker.publish("/0.celery.pidbox", f"inspect {number}")


def _body(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
