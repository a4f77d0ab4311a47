"""One number's history, for whoever must find out why a promise broke.

Lives here: lines for a reader, numbers and codes left out: a code is told as a letter.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from sqlalchemy import select

from models import ProviderCall, TaskRun
from tests.faults.case import Case, e164

_RUN: Final = (
    *("task_id", "operation", "created_at", "state", "outcome", "error_kind", "posts", "epoch"),
    *("first_begun_at", "last_begun_at", "finished_at", "provider_sid"),
)


def history_of(case: Case, number: str) -> str:
    """Tell all runs of a number, their calls, and what reached the stand-in, in order of time."""
    return "\n".join(["", *_runs(case, number), *_requests(case, number), *_verifications(case, number)])


def _runs(case: Case, number: str) -> Iterator[str]:
    codes: dict[str | None, str] = {None: "-"}
    letters = (chr(ord("a") + at) for at in count())
    ids = [intent.task_id for intent in case.intents if intent.to == e164(number)]
    with case.stage.database.transaction() as connection:
        query = select(TaskRun.__table__).where(TaskRun.task_id.in_(ids)).order_by(TaskRun.created_at)
        for row in connection.execute(query).all():
            if row.code_hmac not in codes:
                codes[row.code_hmac] = next(letters)
            told = " ".join(f"{name}={_short(getattr(row, name))}" for name in _RUN)
            yield f"run code={codes[row.code_hmac]} {told}"
            calls = select(ProviderCall.__table__).where(ProviderCall.task_id == row.task_id)
            for call in connection.execute(calls.order_by(ProviderCall.id)).all():
                yield (
                    f"    {_short(call.answered_at)} epoch {call.epoch} {call.endpoint} "
                    f"{call.answer_class} {call.reason} {call.http_status} {call.duration_ms} ms"
                )


def _requests(case: Case, number: str) -> Iterator[str]:
    names = ("at", "endpoint", "fault", "processed_at", "twilio_status", "status")
    for entry in case.stage.phone.requests():
        if entry["to"] == e164(number):
            yield "request " + " ".join(f"{name}={_short(entry[name])}" for name in names)


def _verifications(case: Case, number: str) -> Iterator[str]:
    for one in case.stage.phone.verifications(e164(number)):
        yield f"verification {one['sid'][:8]} {one['status']}"


def _short(value: Any) -> str:
    text = str(getattr(value, "value", value))
    # Of a moment the time of day will do.
    return text[11:23] if text[4:5] == "-" and text[7:8] == "-" else text[:8] if len(text) > 30 else text
