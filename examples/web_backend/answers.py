"""Answers: what a task's status, or an error, becomes over HTTP.

Lives here: pure building. Titles, statuses and sentences are the contract's, so that a kind which a newer
worker adds is answered as it says. Must not: ask anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil
from typing import Annotated

from pydantic import BaseModel, Field

from examples.web_backend.language import Language
from examples.web_backend.words import NOT_FOUND, STILL_WORKING
from phone_verification import KIND_FACTS, SUCCESS_MESSAGES, ErrorKind, PollState, Result, RunStatus

Seconds = Annotated[int | None, Field(description="whole seconds from now")]


class Body(BaseModel):
    """What every answer holds: a sentence, with an error its title; the rest where it is known."""

    error: str | None = None
    message: str
    kind: Annotated[ErrorKind | None, Field(description="which error, for programs")] = None
    task_id: str | None = None
    state: PollState | None = None
    poll: Annotated[str | None, Field(description="where to look again")] = None
    poll_after: Seconds = None
    retry_after: Seconds = None
    checks_left: Annotated[int | None, Field(description="codes that may still be typed")] = None
    expires_in: Seconds = None
    next_send_in: Annotated[int | None, Field(description="seconds until a code can be sent again")] = None
    newly_verified: Annotated[bool | None, Field(description="true in one answer of an approval")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, before it is one."""

    status: int
    body: Body
    headers: Mapping[str, str] = field(default_factory=dict)


def answer_to(status: RunStatus, language: Language) -> Answer:
    """Say how a task stands: the final answer, 202 before there is one, 404 when nobody knows of it."""
    if status.result is not None:
        return _final(status.result, language)
    if status.state is PollState.NOT_FOUND:
        return not_found(language)
    poll = f"/tasks/{status.task_id}"
    body = Body(
        message=language.of(STILL_WORKING),
        task_id=status.task_id,
        state=status.state,
        poll=poll,
        poll_after=status.poll_after,
    )
    headers = {"Location": poll, "Retry-After": str(status.poll_after)}
    return Answer(status=HTTPStatus.ACCEPTED, body=body, headers=headers)


def error_of(kind: ErrorKind, language: Language) -> Answer:
    """Say no in the contract's words where no task was asked."""
    facts = KIND_FACTS[kind]
    body = Body(error=facts.title, message=language.of(facts.message), kind=kind)
    return Answer(status=facts.http_status, body=body)


def not_found(language: Language) -> Answer:
    """Say that there is no such thing, or that it is somebody else's."""
    return Answer(status=HTTPStatus.NOT_FOUND, body=Body(error="Not Found", message=language.of(NOT_FOUND)))


def _final(result: Result, language: Language) -> Answer:
    body = _body(result)
    if result.error is None:
        body.message = language.of(SUCCESS_MESSAGES[result.outcome])
        return Answer(status=HTTPStatus.OK, body=body)
    error = result.error
    body.error, body.kind, body.message = error.title, error.kind, language.of(error.message)
    body.retry_after = _seconds_left(result.finished_at, error.retry_after)
    headers = {} if body.retry_after is None else {"Retry-After": str(body.retry_after)}
    return Answer(status=error.http_status, body=body, headers=headers)


def _body(result: Result) -> Body:
    about = result.verification
    body = Body(message="", task_id=result.task_id, state=PollState.DONE)
    if about is not None:
        body.checks_left = about.checks_left
        body.expires_in = _seconds_left(result.finished_at, about.expires_in)
        body.next_send_in = _seconds_left(result.finished_at, about.next_send_in)
    return body


def _seconds_left(since: datetime, seconds: int | None) -> int | None:
    """Count from now what the contract counts from when the task finished; no clock makes it longer."""
    if seconds is None:
        return None
    passed = (datetime.now(UTC) - since).total_seconds()
    return min(max(ceil(seconds - passed), 0), seconds)
