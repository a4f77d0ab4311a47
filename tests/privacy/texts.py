"""The story of texts of our own: codes that we make, words that a caller writes, through each door.

Lives here: the acts, and how each must end. The numbers are others than those of the story of Verify.
"""

from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from phone_verification.kinds import PollState
from tests.examples.person import Person, Seen
from tests.privacy.marks import AT_A_PAGE, BODY, CLIENT_REF, FIXED, FIXED_CODE, PLANTED, WRONG_CODE
from tests.privacy.sinks import is_in_hand, redis_values
from tests.privacy.teller import MESSAGE, Teller
from worker.demo.waiting import wait_until

ENDS_AT_EACH_DOOR: Final = {
    "sent": "sent",
    "wrong code": "invalid_code",
    "resent": "sent",
    "right code": "approved",
    "pressed again": "approved, replayed",
    "another code": "already_verified",
    "fixed": "sent",
    "fixed, wrong code": "invalid_code",
    "fixed, right code": "approved",
    "refused, echoed": "invalid_phone_number",
    "written, refused, echoed": "invalid_phone_number",
    "written, on trial, echoed": "recipient_unverified",
    "lost, found": "sent",
    "written, lost, found": "sent",
    "written, no number": "invalid_phone_number",
    "written, through an outage": "sent",
    "a fault": "internal_error",
    "written, a fault": "internal_error",
    "arrived": "delivered",
    "did not arrive": "undelivered",
}
ENDS_ELSEWHERE: Final = {
    "durable: no words": "InvalidArgumentsError",
    "durable: too many words": "InvalidArgumentsError",
    "durable: other words": "IdempotencyConflictError",
    "open: a list of words": "invalid_request",
    "open: positional": "invalid_request",
    "open: words in options": "invalid_request",
    "open: words under another name": "invalid_request",
    "page: sent": "200",
    "page: wrong code": "403",
    "page: right code": "200",
}


def ends(*tellers: Teller) -> dict[str, str]:
    """Say how each act at these doors must end."""
    doors = [teller.door for teller in tellers]
    told = {f"{door}: {act}": end for door in doors for act, end in ENDS_AT_EACH_DOOR.items()}
    return told | ENDS_ELSEWHERE


def play_texts(teller: Teller) -> None:
    """Everything that may happen to a text of our own, whichever way it is asked for."""
    _codes(teller)
    _echoes(teller)
    _trouble(teller)
    _faults(teller)


def _codes(teller: Teller) -> None:
    """Send, mistype, resend, succeed, press again, and come back with another code; with a fixed one too."""
    number = teller.number("text")
    handle = teller.send(number.typed, client_ref=CLIENT_REF)
    sent = teller.tell("sent", handle).verification
    teller.code(number)
    teller.tell("wrong code", teller.check(number.typed, WRONG_CODE, handle))
    next_send_at = sent and sent.next_send_at
    if next_send_at is not None:
        wait_until(lambda: datetime.now(UTC) > next_send_at, "another may be asked for", seconds=20)
    handle = teller.send(number.typed, client_ref=CLIENT_REF)
    teller.tell("resent", handle)
    code = teller.code(number)
    teller.tell("right code", teller.check(number.typed, f"{code[:5]} {code[5:]}", handle))
    teller.tell("pressed again", teller.check(number.typed, code, handle))
    teller.tell("another code", teller.check(number.typed, WRONG_CODE, handle))
    handle = teller.send(FIXED.typed)
    teller.tell("fixed", handle)
    teller.tell("fixed, wrong code", teller.check(FIXED.typed, WRONG_CODE, handle))
    teller.tell("fixed, right code", teller.check(FIXED.typed, FIXED_CODE, handle))


def _echoes(teller: Teller) -> None:
    """Twilio refuses, and its sentences repeat the number and what was written."""
    for act, number, ask in (
        ("refused, echoed", teller.number("text refused"), teller.send),
        ("written, refused, echoed", teller.number("message"), lambda to: teller.write(to, BODY)),
    ):
        said = f"The 'To' number {number.e164} is not a valid phone number. {BODY}"
        with teller.fault("status", "message", status=400, code=21211, message=said):
            teller.tell(act, ask(number.typed))
    number = teller.number("message")
    said = f"The number {number.e164} is unverified. Trial accounts cannot send {BODY} to {number.typed}."
    with teller.fault("rfc9457", "message", status=400, code=21608, message=said):
        teller.tell("written, on trial, echoed", teller.write(number.typed, BODY))


def _trouble(teller: Teller) -> None:
    """Answers are lost and looked for in a list, whose URL has the number; Twilio is too busy."""
    number = teller.number("text lost")
    with (
        teller.fault("drop_after", "message", to=number.e164),
        teller.fault("status", "messages", status=503, code=20503, message=f"To={number.e164}"),
    ):
        teller.tell("lost, found", teller.send(number.typed))
    teller.code(number)
    number = teller.number("message lost")
    with teller.fault("drop_after", "message", to=number.e164):
        teller.tell("written, lost, found", teller.write(number.typed, BODY))
    waiting = teller.number("message")
    with teller.fault("status", "message", status=429, code=20429, message=waiting.e164, times=None):
        asked = teller.write(waiting.typed, BODY)
        teller.wait_for(PollState.RETRYING, asked)
        port = teller.stage.redis_port
        wait_until(lambda: not is_in_hand(port), "its message is done with", seconds=20)
        for value in redis_values(port):
            teller.stage.sinks.keep("Redis while a run waits", value)
    teller.tell("written, through an outage", asked)


def _faults(teller: Teller) -> None:
    """What is no number, and faults of ours that say all they know."""
    teller.tell("written, no number", teller.write(f"{teller.number('message').typed} (mobile)", BODY))
    teller.tell("a fault", teller.send(teller.number("text raises").typed))
    teller.tell("written, a fault", teller.write(teller.number("message raises").typed, BODY))


def play_arrivals(*tellers: Teller) -> None:
    """Texts are written whose fate the worker looks at: one arrives, one does not, and the log says why."""
    fails = {"message_status": "undelivered", "error_code": "30003"}
    lost = [teller.number("message lost").e164 for teller in tellers]
    tellers[0].stage.phone.switch(message_scripts=dict.fromkeys(lost, fails))
    written = [
        (teller, act, teller.write(teller.number(number).typed, f"{BODY} {FIXED.typed}"))
        for teller in tellers
        for act, number in (("arrived", "message"), ("did not arrive", "message lost"))
    ]
    for teller, act, task_id in written:
        told = wait_until(partial(_fate, teller, task_id), "its fate is known", seconds=20)
        teller.told[f"{teller.door}: {act}"] = told


def _fate(teller: Teller, task_id: str) -> str | None:
    status = teller.stage.backend.client.status(task_id)
    teller.stage.sinks.keep("values", f"{status!r} {status.model_dump_json()}")
    is_known = status.delivery is not None and status.delivery.status.is_final
    return status.delivery.status.value if status.delivery and is_known else None


def play_what_is_not_taken(durable: Teller, opened: Teller) -> None:
    """What neither door takes: told by the field's name."""
    client, number = durable.stage.backend.client, durable.number("message").typed
    with durable.refused("no words"):
        client.send_message(number, "")
    with durable.refused("too many words"):
        client.send_message(number, BODY * 100)
    kept = durable.write(number, BODY)
    with durable.refused("other words"):
        client.send_message(number, f"{BODY}!", task_id=kept)
    number = opened.number("message").typed
    for act, arguments in (
        ("a list of words", {"body": [BODY]}),
        ("words in options", {"body": BODY, "options": {"body": BODY}}),
        ("words under another name", {"body": BODY, BODY: BODY}),
    ):
        opened.tell(act, opened.message(MESSAGE, {"phone_number": number, **arguments}))
    positional = opened.stage.caller.send_task(MESSAGE, args=[number, BODY], queue="verification.send")
    opened.tell("positional", str(positional.id))


def play_at_a_page(teller: Teller, url: str) -> None:
    """A person at a page of the example backend, whose requests are all logged."""
    person = Person(url, AT_A_PAGE.typed)

    def end(act: str, seen: Seen) -> None:
        # Not waited for, so that it polls: the log has each look's URL.
        seen = person.final(seen) if seen.status == HTTPStatus.ACCEPTED else seen
        teller.told[f"page: {act}"] = str(seen.status)
        teller.stage.sinks.keep("page", f"{seen.body!r} {list(seen.headers.items())!r}")

    end("sent", person.send(Prefer="wait=0"))
    code = teller.code(AT_A_PAGE)
    end("wrong code", person.check(WRONG_CODE, Prefer="wait=0"))
    end("right code", person.check(code, Prefer="wait=0"))
    person.look(PLANTED.typed)
